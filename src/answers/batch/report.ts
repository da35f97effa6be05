import { markdownCode, markdownText } from '../../base/escape'
import type { BatchRow, BatchSummary } from '../../contract/batch'

/** The default EFI system partition of image-builder v79 (disk/base-tables.ts): three UKIs should fit. */
const ESP_DEFAULT = 501 * 1024 * 1024

interface Section {
  title: string
  head: readonly string[]
  rows: readonly (readonly string[])[]
}

/** The summary as Markdown for a pull request or a wiki. */
export function summaryMarkdown(summary: BatchSummary): string {
  const parts = sections(summary).map(({ title, head, rows }) => {
    const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))]
    return `## ${title}\n\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`
  })
  return `# ${headline(summary)}\n\n${parts.join('\n')}`
}

function cell(text: string, column: number): string {
  if (text === '') return ' '
  return column === 0 ? markdownCode(text) : markdownText(text).replaceAll('|', '\\|')
}

/** The summary as one HTML file that needs nothing else: no script, no request. */
export function summaryHtml(summary: BatchSummary): string {
  const tables = sections(summary).map(({ title, head, rows }) => {
    const body = rows.map(
      (row) => `<tr>${row.map((text) => `<td>${html(text)}</td>`).join('')}</tr>`,
    )
    const top = head.map((text) => `<th scope="col">${html(text)}</th>`).join('')
    return `<h2>${html(title)}</h2>\n<table><thead><tr>${top}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${html(headline(summary))}</title>
<style>${STYLE}</style></head><body>
<h1>${html(headline(summary))}</h1>
${tables.join('\n')}
</body></html>
`
}

const STYLE = `:root{color-scheme:light dark}body{font:14px/1.5 system-ui,sans-serif;margin:2rem;max-width:90rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8886;vertical-align:top}
td:first-child{font-family:ui-monospace,monospace;overflow-wrap:anywhere}`

function html(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

function headline({ images, exits }: BatchSummary): string {
  const count = (exit: string) => exits[exit] ?? 0
  const parts = [
    `${images} ${images === 1 ? 'image' : 'images'}`,
    `${count('0')} good`,
    `${count('1')} with a no`,
  ]
  if (count('2') > 0) parts.push(`${count('2')} not readable`)
  if (count('3') > 0) parts.push(`${count('3')} not reached`)
  return parts.join(', ')
}

/** Only what has something to say; the worst first. */
function sections(summary: BatchSummary): Section[] {
  const { rows } = summary
  const bad = rows.filter(({ exit }) => exit !== 0)
  const all: Section[] = [
    {
      title: 'What needs attention',
      head: ['Image', 'Exit', 'Why'],
      rows: bad.map((row) => [row.ref, String(row.exit), reasonOf(row)]),
    },
    {
      title: 'Changed since the last run',
      head: ['Image', 'What', 'From', 'To'],
      rows: (summary.changes ?? []).map(({ ref, what, from, to }) => [
        ref,
        what,
        short(from),
        short(to),
      ]),
    },
    {
      title: 'A coming bootc would refuse',
      head: ['Image', 'Taken by', 'Refused by'],
      rows: rows
        .filter(({ takenBy, refusedBy }) => takenBy.length > 0 && refusedBy.includes('next'))
        .map((row) => [row.ref, row.takenBy.join(', '), row.refusedBy.join(', ')]),
    },
    {
      title: 'Certificates, the first to end first',
      head: ['Image', 'Certificate', 'Ends'],
      rows: rows
        .flatMap(({ ref, certificates }) =>
          certificates.map(({ subject, notAfter }) => [ref, subject, notAfter] as const),
        )
        .sort((a, b) => (a[2] < b[2] ? -1 : 1)),
    },
    {
      title: 'Three kernel images do not fit the default EFI system partition',
      head: ['Image', 'MiB needed'],
      rows: rows
        .filter(({ espForThree }) => espForThree !== null && espForThree > ESP_DEFAULT)
        .map(({ ref, espForThree }) => [ref, String(Math.ceil((espForThree ?? 0) / 1024 / 1024))]),
    },
    {
      title: 'All images',
      head: ['Image', 'Exit', 'Verdict', 'Kernel', 'Checks', 'Taken by', 'Digest'],
      rows: rows.map((row) => [
        row.ref,
        String(row.exit),
        row.verdict ?? 'unknown',
        row.kernel ?? '',
        checksOf(row),
        row.takenBy.join(', '),
        short(row.digest),
      ]),
    },
  ]
  return all.filter((section) => section.rows.length > 0)
}

function reasonOf(row: BatchRow): string {
  if (row.error !== null) return row.error
  const no = Object.entries(row.checks)
    .filter(([, answer]) => answer === 'no')
    .map(([id]) => id)
  if (no.length > 0) return `no: ${no.join(', ')}`
  return row.verdict ?? 'unknown'
}

function checksOf({ checks }: BatchRow): string {
  return Object.entries(checks)
    .map(([id, answer]) => `${id} ${answer}`)
    .join(', ')
}

function short(text: string | null): string {
  return text?.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1') ?? ''
}
