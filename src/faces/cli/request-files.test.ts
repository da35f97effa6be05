import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { parseRequests } from '../../answers/plan/request'
import { parseArguments } from './arguments'
import { onlyRequest, readRequests, readText, writeCases } from './request-files'

const CASE = {
  image_type: 'qcow2',
  bootc: { imgref: 'example.org/os', arch: 'x86_64', default_root_fs: 'ext4', size: 1000 },
}

function requests(...names: string[]) {
  const cases = names.map((name) => ({ ...CASE, name }))
  return parseRequests(JSON.stringify({ cases }), '79', true)
}

function folder(): string {
  return join(mkdtempSync(join(tmpdir(), 'sealscope-')), 'out')
}

describe('files of cases', () => {
  it('lie in subfolders', () => {
    const out = folder()
    writeCases(requests('a', 'b/c'), out, (_, files) => files.write('.txt', 'x'))
    expect(readdirSync(out, { recursive: true }).sort()).toEqual(['a.txt', 'b', 'b/c.txt'])
  })

  it.each(['../x', '/x', '.', 'a/../../b', 'a//b', 'a/', 'x\0', 'x\n', '..\\x'])(
    'never leave the folder: %j',
    (name) => {
      const out = folder()
      const write = () =>
        writeCases(requests(name, 'good'), out, (_, files) => files.write('.txt', 'x'))
      expect(write).toThrow('leads out of the folder or is no file name')
      expect(readdirSync(out)).toEqual(['good.txt'])
      expect(readdirSync(join(out, '..'))).toEqual(['out'])
    },
  )

  it('are not overwritten by a second case of the name', () => {
    const out = folder()
    expect(() => writeCases(requests('a', 'a'), out, () => undefined)).toThrow('comes twice')
  })

  it('can be taken away', () => {
    const out = folder()
    writeCases(requests('a'), out, (_, files) => files.write('.txt', 'x'))
    writeCases(requests('a'), out, (_, files) => files.remove('.txt'))
    expect(existsSync(join(out, 'a.txt'))).toBe(false)
  })
})

describe('request files', () => {
  it('must be UTF-8 and exist', () => {
    const path = `${folder()}.json`
    writeFileSync(path, new Uint8Array([0x7b, 0xff, 0x7d]))
    expect(() => readText(path)).toThrow('expected UTF-8')
    expect(() => readText(`${path}x`)).toThrow(SealscopeError)
    expect(() => readText(tmpdir())).toThrow('cannot be read')
  })

  it.each([
    [['--type', 'raw'], '--type'],
    [['oci:x'], 'a SOURCE'],
    [['--target', '80'], '79 or 0.274'],
  ])('go with no %j', (words, part) => {
    const args = parseArguments(['manifest', '--request', 'x.json', ...words])
    const path = `${folder()}.json`
    writeFileSync(path, '{}')
    expect(() => readRequests(args, path)).toThrow(part)
  })

  it('hold one case where there is no folder', () => {
    expect(onlyRequest(requests('a')).name).toBe('a')
    expect(() => onlyRequest(requests('a', 'b'))).toThrow('found 2 cases')
    expect(() => onlyRequest([])).toThrow('found 0 cases')
  })
})
