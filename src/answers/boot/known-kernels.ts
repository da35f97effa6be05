/** A range of kernels with a fault that matters here, and where that is written. */
export interface KernelFault {
  first: readonly [number, number, number]
  /** The last one that has the fault for certain, and the first that is known to be free of it. */
  last: readonly [number, number, number]
  fixed: string
  /** It hurts only where fs-verity is required of the objects. */
  underRequiredVerity: boolean
  what: string
  sources: string
  /** When this row was written, from what was public then. */
  asOf: string
}

/** Kernels of kernel.org; distributions may carry a fix, or the fault, under other numbers. */
export const KERNEL_FAULTS: readonly KernelFault[] = [
  {
    first: [7, 0, 1],
    last: [7, 0, 6],
    fixed: '7.0.9',
    underRequiredVerity: true,
    what: 'overlayfs refuses a lower layer of EROFS with verity=require, and the root cannot be mounted',
    sources: 'bootc issue 2174, projectbluefin/dakota issue 435, composefs-rs issue 288',
    asOf: '2026-11-30',
  },
]

/** The faults of a kernel by its `uname -r`. */
export function faultsOf(uname: string): KernelFault[] {
  const numbers = /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?!\d)/.exec(uname)
  if (numbers === null) return []
  const version = [1, 2, 3].map((at) => Number(numbers[at] ?? '0'))
  const below = (a: readonly number[], b: readonly number[]) => {
    const at = a.findIndex((value, index) => value !== b[index])
    return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0)
  }
  return KERNEL_FAULTS.filter(({ first, last }) => !below(version, first) && !below(last, version))
}

/** `Linux 7.0.1 to 7.0.6`. */
export function faultRange({ first, last }: KernelFault): string {
  return `Linux ${first.join('.')} to ${last.join('.')}`
}
