/**
 * The rooms of `src/` and what each may import. Imports follow the way of the data, left to right;
 * a room that is not listed for another must not be imported there.
 */
const PARSERS = ['contract', 'bytes']
const TREES = [...PARSERS, 'kernels', 'oci', 'layers', 'tree']
const ROOMS = {
  contract: [],
  bytes: ['contract'],
  kernels: PARSERS,
  oci: PARSERS,
  layers: [...PARSERS, 'kernels', 'oci'],
  tree: [...PARSERS, 'layers'],
  composefs: TREES,
  uki: [...PARSERS, 'kernels', 'layers'],
  bootc: [...TREES, 'composefs', 'uki'],
  go: [],
  blueprint: [...PARSERS, 'go'],
  osbuild: [...PARSERS, 'go', 'blueprint'],
  plan: [...PARSERS, 'oci', 'go', 'blueprint', 'osbuild', 'bootc'],
  registry: [...PARSERS, 'oci'],
  inspect: [...TREES, 'composefs', 'uki', 'bootc', 'registry'],
  worker: [
    ...TREES,
    'composefs',
    'uki',
    'bootc',
    'go',
    'blueprint',
    'osbuild',
    'plan',
    'registry',
    'inspect',
  ],
  proxy: [...PARSERS, 'oci', 'registry'],
}

/** Rooms without DOM, fetch, file system, clock and randomness. */
export const PURE_ROOMS = [
  'contract',
  'bytes',
  'kernels',
  'oci',
  'layers',
  'tree',
  'composefs',
  'uki',
  'bootc',
  'go',
  'blueprint',
  'osbuild',
  'plan',
  'inspect',
]

function roomOf(path) {
  const match = /[\\/]src[\\/]([a-z]+)[\\/]/.exec(path)
  return match?.[1] ?? null
}

function targetRoom(file, specifier) {
  if (!specifier.startsWith('.')) return null
  return roomOf(new URL(specifier, `file://${file}`).pathname)
}

const direction = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      direction: 'src/{{from}} must not import src/{{to}} (see eslint/rooms.js)',
      node: 'src/{{from}} must not import {{specifier}}: only cli, proxy and tests may use Node',
    },
  },
  create(context) {
    const file = context.filename
    const from = roomOf(file)
    const isTest = /\.test\.tsx?$/.test(file) || /[\\/]testing[\\/]/.test(file)
    const allowed = ROOMS[from]
    function check(node) {
      const specifier = node.source?.value
      if (from === null || typeof specifier !== 'string') return
      if (specifier.startsWith('node:') && !isTest && !['cli', 'proxy'].includes(from)) {
        context.report({ node, messageId: 'node', data: { from, specifier } })
      }
      const to = targetRoom(file, specifier)
      if (to === null || to === from || isTest || allowed === undefined) return
      if (!allowed.includes(to)) {
        context.report({ node, messageId: 'direction', data: { from, to } })
      }
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    }
  },
}

export default { rules: { direction } }
