import { splitKargs } from '../kargs'

export type KargOrigin =
  | 'uki'
  | 'addon'
  | 'bootc'
  | 'install-config'
  | 'kargs.d'
  | 'image-builder'
  | 'blueprint'
  | 'default'

export interface Karg {
  value: string
  from: KargOrigin
}

/**
 * A kernel command line that is put together (crate linux-kernel-cmdline `extend`): an argument that equals
 * one that is there is left out; one with the same key and another value is appended.
 */
export class CommandLine {
  readonly items: Karg[] = []
  private readonly seen = new Set<string>()

  extend(text: string, from: KargOrigin): void {
    for (const value of splitKargs(text)) {
      const key = identity(value)
      if (this.seen.has(key)) continue
      this.seen.add(key)
      this.items.push({ value, from })
    }
  }

  get text(): string {
    return this.items.map(({ value }) => value).join(' ')
  }
}

/** Equal for equal arguments: `-` is `_` in keys, values are compared without quotes. */
function identity(item: string): string {
  const bare = item.startsWith('"') ? item.slice(1).replace(/"$/, '') : item
  const equals = bare.indexOf('=')
  if (equals < 0) return `${bare.replaceAll('-', '_')}\0`
  const value = bare
    .slice(equals + 1)
    .replace(/^"/, '')
    .replace(/"$/, '')
  return `${bare.slice(0, equals).replaceAll('-', '_')}=${value}`
}
