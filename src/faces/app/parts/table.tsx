import { type ReactNode, useState } from 'react'

interface Row {
  key: string
  cells: readonly ReactNode[]
  className?: string
}

/** Rows that are shown at once: a hostile image may bring any number. */
const MOST_ROWS = 500

/**
 * A table that scrolls sideways by keyboard, too, and becomes one card a row on a narrow screen. The roles
 * are written out because browsers forget them where `display` is another one.
 */
export function Table({
  label,
  head,
  rows,
}: {
  label: string
  head: readonly string[]
  rows: readonly Row[]
}) {
  const [most, setMost] = useState(MOST_ROWS)
  const left = rows.length - most
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={label}>
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            {head.map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.slice(0, most).map((row) => (
            <BodyRow key={row.key} row={row} head={head} />
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <button type="button" className="btn s" onClick={() => setMost(most + MOST_ROWS)}>
          {left.toLocaleString('en')} more rows
        </button>
      )}
    </div>
  )
}

function BodyRow({ row, head }: { row: Row; head: readonly string[] }) {
  return (
    <tr role="row" className={row.className}>
      {row.cells.map((cell, index) => (
        <td
          key={head[index] ?? index}
          role="cell"
          data-head={head[index]}
          className={cell === '' ? 'none' : undefined}
        >
          {cell}
        </td>
      ))}
    </tr>
  )
}
