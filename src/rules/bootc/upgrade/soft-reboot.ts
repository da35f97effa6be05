import { splitKargs } from '../kargs'

/** What decides whether userspace alone can be restarted. */
export interface BootState {
  /** SHA-256 of kernel and initramfs. */
  bootDigest: string
  cmdline: string
  /** Digest of the compiled SELinux policy; null: none. */
  policy: string | null
}

export interface SoftReboot {
  possible: boolean
  why: string
}

/** bootc bootc_composefs/status.rs `is_soft_rebootable`; the policy counts on a host with SELinux. */
export function softReboot(booted: BootState, next: BootState): SoftReboot {
  if (booted.bootDigest !== next.bootDigest) {
    return { possible: false, why: 'kernel or initramfs differ' }
  }
  const bytes = (text: string) => new TextEncoder().encode(text).length
  const same = covers(booted.cmdline, next.cmdline) && covers(next.cmdline, booted.cmdline)
  if (bytes(booted.cmdline) !== bytes(next.cmdline) || !same) {
    return { possible: false, why: 'the command lines differ in more than composefs=' }
  }
  if (booted.policy !== next.policy) {
    return {
      possible: false,
      why: 'the compiled SELinux policies differ (where SELinux is enabled)',
    }
  }
  return { possible: true, why: 'kernel, initramfs, command line and SELinux policy are the same' }
}

/** Every argument of one but `composefs=` is in the other, with the same value. */
function covers(one: string, other: string): boolean {
  const there = new Set(splitKargs(other))
  return splitKargs(one).every((item) => item.startsWith('composefs=') || there.has(item))
}
