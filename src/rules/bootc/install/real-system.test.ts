import { describe, expect, it } from 'vitest'
import { layOut, makeFilesystem, parseSize, SECTOR } from './disk'
import { entryName, entryText, sortKey } from './entries'
import { parseOsRelease } from './os-release'
import { ESP_TYPE, rootType } from './targets'

/** What bootc 1.16.9 wrote for a real Debian image (sid of November 2026) of which only digests were kept. */
const ID =
  '5809fa337bc07131ff56d97746d11d57ff6b5760bfb7c6c2505cc260482efee162e8dda50f763e8da3f6658c1cb92d26074290fb0f44ee4ab50c35e3909a6b0a'
const OS = 'PRETTY_NAME="Debian GNU/Linux forky/sid"\nNAME="Debian GNU/Linux"\nVERSION_CODENAME=forky\nID=debian\n' // prettier-ignore

describe('a real system without a version', () => {
  const os = parseOsRelease(OS)

  it('has the deployment in place of the version, in the name and in the text', () => {
    expect(entryName(os.id ?? '', os.version ?? ID, '1')).toBe(`bootc_debian-${ID}-1.conf`)
    const text = entryText({
      title: os.bootLabel ?? '',
      version: os.version ?? ID,
      body: [['uki', `/EFI/Linux/bootc/bootc_composefs-${ID}.efi`]],
      sortKey: sortKey(os.id ?? '', '0'),
    })
    expect(text).toHaveLength(364)
    expect(text).toBe(`title Debian GNU/Linux forky/sid\nversion ${ID}\nuki /EFI/Linux/bootc/bootc_composefs-${ID}.efi\nsort-key bootc-debian-0\n`) // prettier-ignore
  })

  it('lies on the partitions that sfdisk made of 6 GiB', () => {
    const part = (type: string, name: string, size: number | null) => ({
      type,
      name,
      size,
      uuid: '',
    })
    const table = layOut(parseSize('6G') / SECTOR, 'gpt', '', [
      part('21686148-6449-6E6F-744E-656564454649', 'BIOS-BOOT', parseSize('1M')),
      part(ESP_TYPE, 'EFI-SYSTEM', parseSize('1G')),
      part(rootType('x86_64'), 'root', null),
    ])
    expect(table?.lastlba).toBe(12_582_878)
    expect(table?.partitions.map(({ start, size }) => [start, size])).toEqual([
      [2048, 2048],
      [4096, 2_097_152],
      [2_101_248, 10_479_616],
    ])
  })

  it('knows which file systems cannot have fs-verity', () => {
    const make = (options: string[], size: string) => makeFilesystem(1, 'ext4', { label: '', uuid: '', size: parseSize(size), options }) // prettier-ignore
    expect(make(['-O', 'verity'], '4G')).toMatchObject({ verity: true, blockSize: 4096 })
    expect(make([], '4G').verity).toBe(false)
    expect(make(['-O', 'verity'], '400M').blockSize).toBe(1024)
    expect(make(['-O', 'verity', '-b', '1024'], '4G').blockSize).toBe(1024)
  })
})
