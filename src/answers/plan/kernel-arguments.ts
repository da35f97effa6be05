import type { ImageFacts } from '../../contract/facts'
import type { KernelArgument } from '../../contract/plan'
import type { KernelOption } from '../../rules/image-builder/make/context'

/**
 * Every kernel argument that something asks for, and whether the booted system gets it. A sealed image
 * boots with the command line inside its UKI and nothing else: kargs.d counts only as far as it was
 * baked in. Source: `bootc install` refuses other arguments with a UKI (require_no_kargs_for_uki).
 */
export function kernelArguments(
  facts: ImageFacts | null,
  options: readonly KernelOption[],
  sealed: boolean,
): KernelArgument[] {
  const uki = sealed ? splitCommandLine(facts?.ukis[0]?.cmdline ?? '') : []
  const baked = new Set(uki)
  return [
    ...uki.map((value): KernelArgument => ({ value, from: 'uki', effective: true })),
    ...(facts?.kargs ?? []).map((value): KernelArgument => ({
      value,
      from: 'kargs.d',
      effective: !sealed || baked.has(value),
    })),
    ...options.map(({ value, from, effective }): KernelArgument => ({ value, from, effective })),
  ]
}

/** White space splits, but not between double quotes (composefs-boot cmdline.rs, split_cmdline). */
export function splitCommandLine(text: string): string[] {
  return text.replaceAll('\0', ' ').match(/(?:"[^"]*"?|[^\s"])+/g) ?? []
}
