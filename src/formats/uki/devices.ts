import type {
  DevicetreeRecord,
  FirmwareRecord,
  HardwareIdRecord,
  SplashRecord,
} from '../../contract/uki'
import type { ScannedSection, UkiScan } from './scan'
import { decodeUtf8 } from '../../base/utf8'

/** Devicetree Specification v0.4 §5.2, §5.4. */
const FDT_MAGIC = 0xd00dfeed
const FDT_BEGIN_NODE = 1
const FDT_PROP = 3
const FDT_NOP = 4
const PROPERTY_LIMIT = 1000

const HWID_SIZE = 28
const HWID_KINDS: Record<number, HardwareIdRecord['kind']> = { 1: 'devicetree', 2: 'firmware' }
const HWIDS_LIMIT = 4096
/** EFIFW_MAGIC of ukify. */
const EFIFW_MAGIC = 0xfeeddead

/** `.dtb` and every `.dtbauto`, in file order. */
export function readDevicetrees({ sections }: UkiScan): DevicetreeRecord[] {
  return sections.flatMap((section) => {
    const { name, head, virtualSize } = section
    if ((name !== '.dtb' && name !== '.dtbauto') || head === null) return []
    const root = readRoot(head)
    const [model = null] = splitStrings(root.get('model'))
    return [{ section: name, size: virtualSize, model, compatible: splitStrings(root.get('compatible')) }] // prettier-ignore
  })
}

/** Properties of the root node; empty for what is no flattened device tree. */
function readRoot(bytes: Uint8Array): Map<string, Uint8Array> {
  const properties = new Map<string, Uint8Array>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const u32 = (at: number) => (at >= 0 && at + 4 <= bytes.length ? view.getUint32(at) : 0)
  if (u32(0) !== FDT_MAGIC || u32(u32(8)) !== FDT_BEGIN_NODE) return properties
  const strings = u32(12)
  // The name of the root node is empty: four NULs.
  let at = u32(8) + 8
  for (let count = 0; count < PROPERTY_LIMIT; count++) {
    const token = u32(at)
    if (token === FDT_NOP) at += 4
    if (token === FDT_NOP) continue
    if (token !== FDT_PROP) break
    const length = u32(at + 4)
    const name = cString(bytes, strings + u32(at + 8))
    if (name !== null) properties.set(name, bytes.subarray(at + 12, at + 12 + length))
    at += 12 + 4 * Math.ceil(length / 4)
  }
  return properties
}

function splitStrings(bytes: Uint8Array | undefined): string[] {
  const text = bytes === undefined ? null : decodeUtf8(bytes)
  return (text ?? '').split('\0').filter((part) => part !== '')
}

/** Text up to its NUL; null when it is no UTF-8 or does not end. */
function cString(bytes: Uint8Array, at: number): string | null {
  const end = at < 0 || at >= bytes.length ? -1 : bytes.indexOf(0, at)
  return end < 0 ? null : decodeUtf8(bytes.subarray(at, end))
}

/** `.efifw` (ukify): magic, header length, lengths of id and payload, id, payload; little endian. */
export function readFirmware({ sections }: UkiScan): FirmwareRecord[] {
  return sections
    .filter(({ name, head }) => name === '.efifw' && head !== null)
    .map(({ head, virtualSize }) => ({ id: firmwareId(head), size: virtualSize }))
}

function firmwareId(head: Uint8Array | null): string | null {
  if (head === null || head.length < 16) return null
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (view.getUint32(0, true) !== EFIFW_MAGIC) return null
  const start = view.getUint32(4, true)
  return cString(head.subarray(0, start + view.getUint32(8, true)), start)
}

/** `.hwids` (systemd src/boot/chid.h): records of 28 bytes until one that is zero; strings behind them. */
export function readHardwareIds({ sections }: UkiScan): HardwareIdRecord[] {
  const head = sections.find(({ name }) => name === '.hwids')?.head ?? null
  if (head === null) return []
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const found: HardwareIdRecord[] = []
  for (let at = 0; at + HWID_SIZE <= head.length && found.length < HWIDS_LIMIT; at += HWID_SIZE) {
    const descriptor = view.getUint32(at, true)
    if (descriptor === 0 || (descriptor & 0x0fffffff) !== HWID_SIZE) break
    found.push({
      kind: HWID_KINDS[descriptor >>> 28] ?? 'unknown',
      chid: guidText(head.subarray(at + 4, at + 20)),
      name: cString(head, view.getUint32(at + 20, true)),
      target: cString(head, view.getUint32(at + 24, true)),
    })
  }
  return found
}

/** A GUID as EFI stores it (first three fields little endian) in its usual form. */
export function guidText(bytes: Uint8Array): string {
  const hex = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    .map((at) => (bytes[at] ?? 0).toString(16).padStart(2, '0'))
    .join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-') // prettier-ignore
}

/** The header of a Windows bitmap; null when there is no `.splash` or it is none. */
export function readSplash(splash: ScannedSection | null): SplashRecord | null {
  const head = splash?.head ?? null
  if (head === null || head.length < 54 || head[0] !== 0x42 || head[1] !== 0x4d) return null
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const width = Math.abs(view.getInt32(18, true))
  const height = Math.abs(view.getInt32(22, true))
  return { width, height, bitsPerPixel: view.getUint16(28, true) }
}
