import type { FilesystemCustomization } from './model'
import { goType, goValue } from './go-print'
import { integerOf, memberOf, type Node } from './node'
import { below, type Decoding, doubleOf, type Type } from './schema'
import { failed, parsed, type Parsed, parseSize, uint64OfFloat } from './size'

/** `disk.minsize` and `disk.start_offset`: a whole number or a text (datasizes.Size). */
export const sizeType: Type<bigint> = {
  zero: 0n,
  decodesNull: true,
  decode(node, path, into) {
    const size = wholeSize(node)
    if (size.ok) return size.value
    into.report(`error decoding size: ${size.problem}`, path, node.at)
    return 0n
  },
}

function wholeSize(node: Node): Parsed<bigint> {
  if (node.kind === 'string') return parseSize(node.value)
  if (node.kind !== 'number') {
    return failed(`failed to convert value "${goValue(node, 'json')}" to number`)
  }
  const whole = integerOf(node)
  if (whole !== null && whole < 0n) return failed('cannot be negative')
  if (whole === null || whole >= 2n ** 63n) {
    return failed(`strconv.ParseInt: parsing "${node.text}": not a whole number of 63 bits`)
  }
  return parsed(whole)
}

/** `minsize` of partitions and logical volumes: any number, cut to a whole one, or a text. */
export function looseSize(node: Node): Parsed<bigint> {
  if (node.kind === 'string') return parseSize(node.value)
  if (node.kind !== 'number') {
    return failed(`failed to convert value "${goValue(node, 'json')}" to number`)
  }
  const value = Number(node.text)
  if (!Number.isFinite(value)) return failed(`json: cannot unmarshal number ${node.text}`)
  return value < 0 ? failed('cannot be negative') : parsed(uint64OfFloat(value))
}

/** `customizations.filesystem[]`. Source: filesystem_customizations.go. */
export const filesystemType: Type<FilesystemCustomization> = {
  zero: { mountpoint: '', minsize: 0n },
  decodesNull: true,
  decode(node, path, into) {
    into.takeAll(node)
    return into.format === 'json' ? decodeJson(node, path, into) : decodeToml(node, path, into)
  },
}

function decodeJson(node: Node, path: string, into: Decoding): FilesystemCustomization {
  const report = (text: string, key: string) =>
    into.report(`JSON unmarshal: ${text}`, below(path, key), memberOf(node, key)?.at ?? node.at)
  const mountpoint = memberOf(node, 'mountpoint')
  const minsize = memberOf(node, 'minsize')
  if (mountpoint?.kind !== 'string') {
    report(`mountpoint must be string, got ${described(mountpoint, 'json')}`, 'mountpoint')
  } else if (minsize?.kind === 'number') {
    const size = doubleOf(minsize, below(path, 'minsize'), into)
    return { mountpoint: mountpoint.value, minsize: uint64OfFloat(size) }
  } else if (minsize?.kind === 'string') {
    const size = parseSize(minsize.value)
    if (size.ok) return { mountpoint: mountpoint.value, minsize: size.value }
    report(`size is not valid filesystem size (${size.problem})`, 'minsize')
  } else {
    report(`minsize must be float64 number or string, got ${described(minsize, 'json')}`, 'minsize')
  }
  return { mountpoint: '', minsize: 0n }
}

function decodeToml(node: Node, path: string, into: Decoding): FilesystemCustomization {
  const report = (text: string, key: string) =>
    into.report(`TOML unmarshal: ${text}`, below(path, key), memberOf(node, key)?.at ?? node.at)
  const none = { mountpoint: '', minsize: 0n }
  const mountpoint = memberOf(node, 'mountpoint')
  if (mountpoint?.kind !== 'string') {
    report(`mountpoint must be string, got ${described(mountpoint, 'toml')}`, 'mountpoint')
    return none
  }
  const sizes: bigint[] = []
  for (const key of ['size', 'minsize']) {
    const size = tomlSize(memberOf(node, key), key)
    if (!size.ok) {
      report(size.problem, key)
      return none
    }
    sizes.push(size.value)
  }
  const [size = 0n, minsize = 0n] = sizes
  if (size === 0n && minsize === 0n) report('minsize must be greater than 0, got 0', 'minsize')
  if (size > 0n && minsize > 0n) {
    report('size and minsize cannot both be set (size is an alias for minsize)', 'size')
  }
  return { mountpoint: mountpoint.value, minsize: minsize === 0n ? size : minsize }
}

function tomlSize(node: Node | null, key: string): Parsed<bigint> {
  if (node === null) return parsed(0n)
  const whole = integerOf(node)
  if (whole !== null) return parsed(BigInt.asUintN(64, whole))
  if (node.kind !== 'string') {
    return failed(`${key} must be integer or string, got ${described(node, 'toml')}`)
  }
  const size = parseSize(node.value)
  return size.ok ? size : failed(`${key} is not valid filesystem size (${size.problem})`)
}

function described(node: Node | null, format: 'json' | 'toml'): string {
  return `${goValue(node, format)} of type ${goType(node, format)}`
}
