import { describe, expect, it } from 'vitest'
import type { DifferenceCause, TreeDifference } from '../../../contract/answers'
import { ownDifferences } from './differences'

const differs = (path: string, ...causes: DifferenceCause[]): TreeDifference => ({
  path,
  kind: 'dir',
  causes,
  left: null,
  right: null,
  layers: [0, 0],
})

describe('directories that take their metadata from /usr', () => {
  it('are left out where /usr differs in the same way', () => {
    const usr = differs('/usr', 'mtime', 'mode')
    const paths = (...others: TreeDifference[]) => ownDifferences([...others, usr]).map(({ path }) => path) // prettier-ignore
    expect(paths(differs('/', 'mtime', 'mode'), differs('/run', 'mtime'))).toEqual(['/usr'])
    expect(paths(differs('/boot', 'mtime', 'owner'), differs('/etc', 'mtime'))).toEqual(['/boot', '/etc', '/usr']) // prettier-ignore
    expect(ownDifferences([differs('/boot', 'mode')])).toHaveLength(1)
  })
})
