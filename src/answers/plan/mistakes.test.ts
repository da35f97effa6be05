import { describe, expect, it } from 'vitest'
import { readDocument } from '../../formats/blueprint/document'
import { DEFAULT_OPTIONS } from './options'
import { planImage } from './plan'
import { exampleFacts } from './testing/facts'

const LVM = `[[customizations.disk.partitions]]
type = "lvm"
name = "vg"

[[customizations.disk.partitions.logical_volumes]]
mountpoint = "/"
fs_type = "ext4"
`

function plan(text: string, format: 'toml' | 'json') {
  readDocument(text, format)
  return planImage({ facts: exampleFacts(), blueprint: { text, format }, options: DEFAULT_OPTIONS })
}

describe('usual mistakes', () => {
  it.each<[string, string, 'toml' | 'json', string[]]>([
    [
      'a misspelt top',
      LVM.replaceAll('customizations', 'customization'),
      'toml',
      ['Line 1: unknown key customization, with everything below it; did you mean customizations?'],
    ],
    [
      'the old wrapper',
      '{"blueprint": {"customizations": {}}}',
      'json',
      [
        'Line 1: this is the old wrapper of bootc-image-builder: leave "blueprint" and its braces out, what is inside stands at the top',
      ],
    ],
    [
      'no sizes',
      LVM,
      'toml',
      [
        'Line 1: partition 1 (vg, lvm) has no minsize, which every one needs',
        'Line 5: logical volume 1 of partition 1 (/, ext4) has no minsize, which every one needs',
      ],
    ],
    ['nothing known', '[x]\ny = 1\n', 'toml', ['Line 1: unknown key x, with everything below it']],
  ])('%s', (_, text, format, hints) => {
    const { plan: result, problems } = plan(text, format)
    expect(result.hints).toEqual(hints)
    expect(problems).toHaveLength(hints.length)
    expect(result.errors).toHaveLength(1)
    expect(result.build.answer).toBe('refused')
  })
})
