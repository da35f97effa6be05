import { beforeAll, describe, expect, it } from 'vitest'
import { golden, loadBanks } from '../testing/golden'
import { scanUki } from '../uki-sink'
import { firmwareStarts } from './firmware'
import { NO_KEYS, readKeyFile, type KeySet } from './key-file'
import { toolAnswers } from './tools'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

/** When the golden files were made: all certificates but `expired` are valid then. */
const NOW = Date.parse('2026-11-22T00:00:00Z') / 1000

function keysOf(name: string): KeySet {
  return readKeyFile(new TextEncoder().encode(golden.certificates[name] ?? ''), name)
}

const rows = golden.cases.flatMap(
  ({ name, bytes, sbverify, osslsigncode }) =>
  Object.keys({ ...sbverify, ...osslsigncode }).map((anchor) => ({ name, bytes, anchor, sbverify: sbverify[anchor], osslsigncode: osslsigncode[anchor] })), // prettier-ignore
)

describe('trust anchors as the tools judge them', () => {
  it('are 427 rows for each tool', () => {
    expect(rows.filter(({ sbverify }) => sbverify !== undefined)).toHaveLength(427)
    expect(rows.filter(({ osslsigncode }) => osslsigncode !== undefined)).toHaveLength(427)
  })

  it.each(golden.cases)('$name', async ({ name, bytes }) => {
    const scan = scanUki(bytes, banks)
    for (const row of rows.filter((each) => each.name === name)) {
      const found = await toolAnswers(scan, keysOf(row.anchor).certificates, NOW)
      expect(found, row.anchor).toEqual({ sbverify: row.sbverify, osslsigncode: row.osslsigncode })
    }
  })
})

describe('firmware', () => {
  it.each(golden.cases)(
    'starts $name with what sbverify takes, and more',
    async ({ name, bytes }) => {
      const scan = scanUki(bytes, banks)
      for (const row of rows.filter((each) => each.name === name)) {
        const { accepted } = await firmwareStarts(scan, keysOf(row.anchor), NO_KEYS)
        // The table of this one does not end where its entries do, which EDK2 refuses.
        if (name === 'cert-size-too-big.efi') expect(accepted).toBe(false)
        else if (row.sbverify === true || row.osslsigncode === true)
          expect(accepted, row.anchor).toBe(true)
      }
    },
  )
})
