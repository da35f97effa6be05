import { listLayer, listTree, type Listing } from '../../../answers/files/listing'
import { toSealscopeError } from '../../../base/error'
import type { FileRecord, FileType, ListResult } from '../../../contract/files'
import type { CaptureRule } from '../../../image/session/capture'
import { COMPOSEFS_FILES, composefsNeeds } from '../../../rules/composefs/needs'
import { loadPolicy, type SelinuxPolicy } from '../../../rules/composefs/selinux/policy'
import type { Arguments } from '../arguments'
import { openFiles, withPath, type OpenedFiles } from '../open-files'
import { jsonText } from '../print/json-text'
import { visible } from '../../../base/escape'
import { printWarning } from '../print/output'
import type { Answer } from './answers'

const CAPTURE: readonly CaptureRule[] = COMPOSEFS_FILES.map((pattern) => ({
  kind: 'bytes',
  pattern,
}))

/** `sealscope ls`: the files of the merged tree, or the entries of one layer. */
export async function ls(args: Arguments): Promise<Answer> {
  const detailed = args.flag('json') || args.flag('long')
  const opened = await openFiles(args, {
    verity: detailed ? ['sha512'] : [],
    capture: detailed ? CAPTURE : [],
  })
  const policy = detailed ? await policyOf(opened) : null
  const recursive = args.flag('recursive')
  const listing = withPath(args.words[1] ?? '/', (path) =>
    opened.layer === null
      ? listTree(opened.files, { path, recursive }, policy)
      : listLayer(opened.files, opened.layer, { path, recursive }),
  )
  const { source, layer } = opened
  const result: ListResult = { schema: 'sealscope.ls/1', source, layer, ...listing }
  if (args.flag('json')) return { text: jsonText(result), exitCode: 0 }
  return { text: listingText(listing, recursive, args.flag('long')), exitCode: 0 }
}

/** The policy that labels the merged tree; one that cannot be read is told, and labels nothing. */
async function policyOf({ session, layer }: OpenedFiles): Promise<SelinuxPolicy | null> {
  if (session === null || layer !== null) return null
  await session.provide(composefsNeeds)
  try {
    return loadPolicy(session.root, (leaf) => session.contents.whole(leaf), 'hybrid')
  } catch (thrown) {
    printWarning(`no labels: ${toSealscopeError(thrown).message}`)
    return null
  }
}

function listingText({ path, entries }: Listing, recursive: boolean, long: boolean): string {
  const base = path === '/' ? '/' : `${path}/`
  const name = (record: FileRecord) =>
    !recursive && record.path.startsWith(base) ? record.path.slice(base.length) : record.path
  const rows = entries.map((record) => ({ record, name: visible(name(record)) }))
  if (!long) return rows.map((row) => `${row.name}${marker(row.record.type)}\n`).join('')
  const owner = Math.max(0, ...entries.map((record) => (record.owner ?? '?').length))
  const size = Math.max(0, ...entries.map((record) => sizeText(record).length))
  return rows.map((row) => `${longLine(row.record, row.name, { owner, size })}\n`).join('')
}

/** What removes something is told apart from what is there. */
function marker(type: FileType): string {
  if (type === 'whiteout') return ' (removed here)'
  return type === 'opaque' ? ' (emptied here)' : ''
}

const LETTERS: Record<FileType, string> = {
  file: '-',
  dir: 'd',
  symlink: 'l',
  char: 'c',
  block: 'b',
  fifo: 'p',
  socket: 's',
  hardlink: 'h',
  whiteout: 'w',
  opaque: 'o',
}

function longLine(
  record: FileRecord,
  name: string,
  width: { owner: number; size: number },
): string {
  const { type, target, selinux, verity, layer } = record
  const xattrs = Object.keys(record.xattrs).filter((each) => each !== 'security.selinux')
  const more = [
    ...(xattrs.length === 0 ? [] : [`[${xattrs.map((each) => `${each}=${record.xattrs[each] ?? ''}`).join(' ')}]`]), // prettier-ignore
    ...(verity === null ? [] : [`verity:${verity}`]),
  ]
  const arrow = target === null ? '' : ` -> ${target}`
  return [
    `${LETTERS[type]}${modeText(record.mode)}`,
    (record.owner ?? '?').padEnd(width.owner),
    sizeText(record).padStart(width.size),
    timeText(record.mtime),
    (layer === null ? '-' : String(layer)).padStart(3),
    visible(selinux ?? '-'),
    `${name}${visible(arrow)}${marker(type)}`,
    ...more.map(visible),
  ].join('  ')
}

function sizeText({ size, device }: FileRecord): string {
  return device === null ? String(size ?? '-') : `${device.major}, ${device.minor}`
}

function timeText(mtime: number | null): string {
  const time = mtime === null ? Number.NaN : mtime * 1000
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return String(mtime ?? '-').padEnd(20)
  return date.toISOString().replace('.000Z', 'Z')
}

/** `0755` as `rwxr-xr-x`, with s and t where those bits are set. */
function modeText(mode: string | null): string {
  if (mode === null) return '?????????'
  const bits = parseInt(mode, 8)
  const triple = (shift: number, special: number, letter: string) => {
    const [r, w, x] = [bits & (4 << shift), bits & (2 << shift), bits & (1 << shift)]
    const last = bits & special ? (x ? letter : letter.toUpperCase()) : x ? 'x' : '-'
    return `${r ? 'r' : '-'}${w ? 'w' : '-'}${last}`
  }
  return triple(6, 0o4000, 's') + triple(3, 0o2000, 's') + triple(0, 0o1000, 't')
}
