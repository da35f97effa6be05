import { describe, expect, it } from 'vitest'
import { readOsInfo, readOsRelease } from './osinfo'
import { buildTree, treeReader } from '../bootc/testing/trees'

describe('os-release as image-builder reads it', () => {
  it('takes a comment for an assignment when it holds an equals sign', () => {
    const os = readOsRelease('ID=debian\nVERSION_ID="12"\n# a comment with = sign\n')
    expect([os?.id, os?.versionId]).toEqual(['debian', '12'])
  })

  it('stops at a comment without one, as at any other line', () => {
    for (const line of ['# a comment', 'nonsense']) {
      expect(() => readOsRelease(`ID=debian\n\n${line}\n`)).toThrow(
        /readOSRelease: invalid input.*line 3/,
      )
    }
  })
})

describe('the configuration of image-builder in a container', () => {
  async function builderOf(files: Record<string, string>) {
    const tree = buildTree(
      Object.entries(files).map(([name, content]) => ({
        path: `usr/lib/bootc-image-builder/${name}`,
        type: 'file',
        content,
      })),
    )
    return readOsInfo(tree.root, await treeReader(tree)).builder
  }

  const JSON_CONFIG = '{"blueprint":{"customizations":{"fips":true}}}'
  const TOML_CONFIG = '[customizations]\nhostname = "x"\n'

  it('is the JSON file, else the TOML file, verbatim and read', async () => {
    const both = await builderOf({ 'config.json': JSON_CONFIG, 'config.toml': TOML_CONFIG })
    expect(both.embeddedCustomizations).toEqual({ fips: true })
    expect(both.embeddedConfig).toMatchObject({ format: 'json', text: JSON_CONFIG })
    const toml = await builderOf({ 'config.toml': TOML_CONFIG })
    expect(toml.embeddedCustomizations).toEqual({ hostname: 'x' })
    expect(toml.embeddedConfig).toEqual({
      path: 'usr/lib/bootc-image-builder/config.toml',
      format: 'toml',
      text: TOML_CONFIG,
    })
    expect((await builderOf({})).embeddedConfig).toBeNull()
  })

  it.each(['config.json', 'config.toml'])('says which file cannot be read: %s', async (name) => {
    const { errors, embeddedCustomizations } = await builderOf({ [name]: '{' })
    expect(embeddedCustomizations).toBeNull()
    expect(errors.join()).toContain(`cannot decode`)
    expect(errors.join()).toContain(`usr/lib/bootc-image-builder/${name}`)
  })
})
