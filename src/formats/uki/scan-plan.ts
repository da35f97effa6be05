import type { ContentSink } from '../tar/entry'
import { authenticodeInput } from './pe/authenticode'
import { bootcSection, bootcText } from './bootc-reading'
import { DigestSet, type ScanTools } from './digest-set'
import {
  longName,
  notPeReason,
  readPeHeader,
  readSectionHeaders,
  sectionName,
  stringTableOffset,
  type SectionHeader,
} from './pe/pe-header'
import { printable } from './pe/pe'
import { PatternSearch } from './pattern-search'
import { areDisjoint, type RangeConsumer } from './range-stream'
import type { BootcText, HexDigests, LoaderMarker, PeHeader, ScannedSection, ScanWarning, UkiScan } from './scan' // prettier-ignore
import { headLimit, SectionReader, TEXT_SECTIONS, unreadSection, ZERO_FILL_LIMIT, type SectionPlan } from './section-reader' // prettier-ignore

/** bootctl 252 stopped at 96; nobody writes more than a few dozen. */
const SECTION_LIMIT = 4096
/** One text section, and all of them. */
const TEXT_LIMIT = 1024 * 1024
const TEXTS_LIMIT = 8 * 1024 * 1024
const HEADS_LIMIT = 8 * 1024 * 1024
const CERTIFICATES_LIMIT = 4 * 1024 * 1024
/** What the kernel gets as initial RAM disks (UAPI.5). */
const INITRD_SECTIONS: ReadonlySet<string> = new Set(['.initrd', '.ucode'])
const STRINGS_LIMIT = 64 * 1024

/** `#### LoaderInfo: systemd-stub 257.13 ####` (src/boot/version.c of systemd). */
function readMarker(text: string): LoaderMarker | null {
  const match = /^#### LoaderInfo: (\S+) ([\x20-\x7e]+?) ####/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) return null
  return { product: match[1], version: match[2] }
}

/** What is to be read from the file, once its headers are known. */
export interface ScanPlan {
  consumers: RangeConsumer[]
  /** One pass in file order is enough. */
  streamable: boolean
  /** Where bootc's command line ends in the file, bytes; 0 when there is none to read. */
  cmdlineEnd: number
  /** Everything but size and sha256; after the consumers are finished. */
  result(): Omit<UkiScan, 'size' | 'sha256'>
}

export interface PlanOptions {
  /** Why the headers are not looked at. */
  refusal: string | null
  /** Every consumer is fed alone; otherwise overlaps go without digests where one pass is not enough. */
  oneByOne: boolean
  /** List what `.initrd` and `.ucode` hold. */
  initrd: boolean
  /** Reads `.linux` as a PE file. */
  inner: ((size: number) => ContentSink<UkiScan>) | null
}

interface Context {
  size: number
  tools: ScanTools
  warnings: ScanWarning[]
}

/**
 * Plans the pass over a file whose first bytes (headers and section table) are `head`; `refusal` says
 * why they are not looked at. With `oneByOne` every consumer is fed alone; otherwise sections that share bytes with others go
 * without digests when `streamable` is false.
 */
export function planScan(
  head: Uint8Array,
  size: number,
  tools: ScanTools,
  options: PlanOptions,
): ScanPlan {
  const context: Context = { size, tools, warnings: [] }
  const error = options.refusal ?? notPeReason(tools.kernels, head, size)
  const header = error === null ? readPeHeader(tools.kernels, head, size) : null
  const all = header === null ? [] : readSectionHeaders(tools.kernels, head, header, size)
  const marker = captureMarker(size)
  const cmdline = captureBootc(options.refusal, header, all, head, size)
  const shown = all.slice(0, SECTION_LIMIT)
  if (header !== null) warnAboutTable(context, header, all)
  const plans = planSections(context, shown, options)
  const hashed = plans.filter(({ keep, content }) => !keep && content !== null)
  const disjoint = areDisjoint(hashed.map(rawRange))
  const readable = disjoint || options.oneByOne ? new Set(plans) : withoutOverlaps(context, plans)
  const sections = plans.map((plan) => (plan.content !== null && readable.has(plan) ? new SectionReader(plan, size, tools) : plan)) // prettier-ignore
  const digest = header === null ? null : authenticode(context, header, all, options.oneByOne)
  const certificates = captureCertificates(context, header)
  const strings = captureStrings(header, shown, size)
  const readers = sections.filter((section) => section instanceof SectionReader)
  return {
    consumers: [
      marker,
      cmdline,
      ...readers,
      ...(digest?.consumers ?? []),
      certificates,
      strings,
    ].filter((consumer) => consumer !== null),
    cmdlineEnd: cmdline.end,
    streamable: disjoint && (digest?.inOrder ?? true),
    result: () => ({
      header,
      sections: nameSections(sections, strings?.bytes ?? null),
      certificateTable: certificates === null ? null : certificates.table,
      authenticode: digest?.result() ?? {},
      marker: marker.search.end(),
      warnings: context.warnings,
      bootc: { cmdline: cmdline.text() },
      error,
    }),
  }
}

function rawRange({ header }: SectionPlan) {
  return { start: header.rawOffset, end: header.rawOffset + header.rawSize }
}

function nameSections(
  sections: readonly (SectionReader | SectionPlan)[],
  strings: Uint8Array | null,
): ScannedSection[] {
  return sections.map((entry) => {
    const section = entry instanceof SectionReader ? entry.section() : unreadSection(entry.header)
    const name = sectionName(section.rawName)
    return { ...section, name, longName: longName(name, strings) }
  })
}

/** A hostile table could earn thousands. */
const WARNING_LIMIT = 50

function warn(context: Context, warning: ScanWarning): void {
  if (context.warnings.length < WARNING_LIMIT) context.warnings.push(warning)
}

function warnAboutTable(context: Context, header: PeHeader, all: readonly SectionHeader[]): void {
  if (all.length < header.numberOfSections) {
    const message = `The header promises ${header.numberOfSections} sections, the file has room for ${all.length}`
    warn(context, { id: 'section-table-cut', message, section: null })
  }
  if (all.length > SECTION_LIMIT) {
    const message = `Of ${all.length} sections the first ${SECTION_LIMIT} are read`
    warn(context, { id: 'too-many-sections', message, section: null })
  }
}

function planSections(
  context: Context,
  headers: readonly SectionHeader[],
  options: PlanOptions,
): SectionPlan[] {
  let heads = HEADS_LIMIT
  let texts = TEXTS_LIMIT
  let zeros = ZERO_FILL_LIMIT
  let work = 4 * context.size + 16 * 1024 * 1024
  return headers.map((header) => {
    work -= Math.min(header.rawSize, Math.max(0, context.size - header.rawOffset))
    if (work < 0) {
      warnAboutOverlap(context, header)
      return { header, content: null, keep: false, initrd: false, head: 0, inner: null }
    }
    const length = Math.min(header.virtualSize, header.rawSize)
    const fill = header.virtualSize - length
    const inside = length === 0 || header.rawOffset + length <= context.size
    const content = inside && fill <= zeros ? { length, zeros: fill } : null
    const name = sectionName(header.rawName)
    if (content === null) warnAboutContent(context, header, name, inside)
    else zeros -= fill
    const isText = TEXT_SECTIONS.has(name)
    const keep = isText && content !== null && length <= TEXT_LIMIT && length <= texts
    if (keep) texts -= length
    else if (isText && content !== null && length > 0) warnAboutText(context, name, length)
    const head = Math.min(headLimit(name), length, heads)
    heads -= head
    const initrd = options.initrd && INITRD_SECTIONS.has(name)
    return { header, content, keep, initrd, head, inner: options.inner }
  })
}

function warnAboutContent(
  context: Context,
  header: SectionHeader,
  name: string,
  inside: boolean,
): void {
  const { rawOffset, rawSize, virtualSize } = header
  const message = inside
    ? `VirtualSize of ${printable(name)} is ${virtualSize} bytes, SizeOfRawData ${rawSize}`
    : `${printable(name)} lies at bytes ${rawOffset} to ${rawOffset + rawSize} of a file of ${context.size} bytes`
  warn(context, {
    id: inside ? 'absurd-virtual-size' : 'section-outside',
    message,
    section: name,
  })
}

function warnAboutText(context: Context, name: string, length: number): void {
  const message = `The text of ${printable(name)} (${length} bytes) is too long to be shown`
  warn(context, { id: 'text-too-long', message, section: name })
}

/** Keeps, in file order, what shares no bytes with an earlier one. */
function withoutOverlaps(context: Context, plans: readonly SectionPlan[]): Set<SectionPlan> {
  const readable = new Set<SectionPlan>(
    plans.filter(({ keep, content }) => keep || content === null),
  )
  let end = 0
  const hashed = plans.filter((plan) => !readable.has(plan))
  for (const plan of hashed.toSorted((a, b) => a.header.rawOffset - b.header.rawOffset)) {
    const range = rawRange(plan)
    if (range.start < range.end && range.start < end) {
      warnAboutOverlap(context, plan.header)
      continue
    }
    readable.add(plan)
    end = Math.max(end, range.end)
  }
  return readable
}

function warnAboutOverlap(context: Context, header: SectionHeader): void {
  const name = sectionName(header.rawName)
  const message = `${printable(name)} shares so many bytes with other sections that it is not read`
  warn(context, { id: 'sections-overlap', message, section: name })
}

function captureMarker(size: number) {
  const search = new PatternSearch('#### LoaderInfo: ', 256, readMarker)
  return {
    start: 0,
    end: size,
    search,
    feed: (chunk: Uint8Array) => search.push(chunk),
    finish() {},
  }
}

/** A consumer that keeps its range. */
function capture(start: number, end: number) {
  const bytes = new Uint8Array(Math.max(0, end - start))
  let at = 0
  return {
    start,
    end: Math.max(start, end),
    bytes,
    feed(chunk: Uint8Array) {
      bytes.set(chunk, at)
      at += chunk.length
    },
    finish() {},
  }
}

function captureBootc(
  refusal: string | null,
  header: PeHeader | null,
  sections: readonly SectionHeader[],
  head: Uint8Array,
  size: number,
): RangeConsumer & { text(): BootcText } {
  const place =
    refusal === null
      ? bootcSection('.cmdline', header, sections, head, size)
      : ({ kind: 'error', error: refusal } as const)
  if (place.kind !== 'range') return { ...capture(0, 0), text: () => place }
  const kept = capture(Math.min(place.start, size), Math.min(place.end, size))
  return { ...kept, text: () => bootcText(kept.bytes) }
}

function captureCertificates(context: Context, header: PeHeader | null) {
  const [offset, size] = header?.certificates ?? [0, 0]
  if (size === 0) return null
  const end = Math.min(offset + size, context.size)
  if (end - offset > CERTIFICATES_LIMIT) {
    const message = `The certificate table has ${size} bytes, expected at most ${CERTIFICATES_LIMIT}`
    warn(context, { id: 'certificates-too-large', message, section: null })
    return { ...capture(0, 0), table: { offset, size, bytes: null } }
  }
  const kept = capture(Math.min(offset, context.size), end)
  return { ...kept, table: { offset, size, bytes: kept.bytes } }
}

/** PE/COFF §5.6: the string table follows the symbols; only looked at for names like `/4`. */
function captureStrings(header: PeHeader | null, sections: readonly SectionHeader[], size: number) {
  if (header === null || header.symbolTable === 0) return null
  const named = sections.some(({ rawName }) => stringTableOffset(sectionName(rawName)) !== null)
  if (!named) return null
  const start = header.symbolTable + 18 * header.numberOfSymbols
  return capture(Math.min(start, size), Math.min(start + STRINGS_LIMIT, size))
}

function authenticode(
  context: Context,
  header: PeHeader,
  sections: readonly SectionHeader[],
  oneByOne: boolean,
): { consumers: RangeConsumer[]; inOrder: boolean; result: () => HexDigests } | null {
  const { size, tools } = context
  const input = authenticodeInput(header, sections, size)
  const total = input.ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  const { inOrder } = input
  if ((!inOrder && !oneByOne) || total > 2 * size + 65_536) {
    if (oneByOne) warnAboutDigest(context)
    return { consumers: [], inOrder, result: () => ({}) }
  }
  const digests = new DigestSet(tools)
  const feed = (chunk: Uint8Array) => digests.update(chunk)
  return {
    consumers: input.ranges.map((range) => ({ ...range, feed, finish() {} })),
    inOrder,
    result() {
      digests.update(new Uint8Array(input.padding))
      return digests.digests()
    },
  }
}

function warnAboutDigest(context: Context): void {
  const message = 'Sections overlap so much that no Authenticode digest is computed'
  warn(context, { id: 'no-authenticode', message, section: null })
}
