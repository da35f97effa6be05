import type { Verdict } from '../../contract/facts'

/** What a verdict means, and what to do about it. */
export const VERDICTS: Record<Verdict, { says: string; why?: string; next: string | null }> = {
  NO_KERNEL: {
    says: 'no kernel that bootc finds: the image cannot boot',
    next: 'install a kernel into /usr/lib/modules, or a UKI into /boot/EFI/Linux',
  },
  SPLIT_KERNEL: {
    says: 'not sealed: kernel and initramfs, no UKI',
    why: 'kernel and initramfs, no UKI',
    next: 'build a UKI with `bootc container ukify` as the last step and copy it to /boot/EFI/Linux',
  },
  MULTI_KERNEL: {
    says: 'several kernels: bootc refuses the image',
    next: 'leave exactly one folder with a kernel in /usr/lib/modules',
  },
  UKI_BROKEN: {
    says: 'the UKI cannot be read: bootc refuses the image',
    next: 'build the UKI again; `sealscope uki FILE` says what is wrong with it',
  },
  UKI_NO_COMPOSEFS: {
    says: 'not sealed: a UKI without a composefs digest',
    why: 'a UKI without a composefs digest',
    next: 'let `bootc container ukify` write the command line with composefs=DIGEST',
  },
  UKI_UNSEALED: {
    says: 'not sealed: a UKI whose digest is optional (composefs=?)',
    why: 'a UKI whose digest is optional (composefs=?)',
    next: 'build the UKI without the question mark, so that the digest is required',
  },
  UKI_SEALED: { says: 'claims to be sealed: a UKI that requires a composefs digest', next: null },
}

/** What a verdict means, in words. */
export function verdictText(verdict: Verdict | null): string {
  return verdict === null ? 'not checked' : VERDICTS[verdict].says
}
