import { posix, relative } from 'node:path'

/**
 * The floors of `src/`, from the ground up; imports point down this list only. A floor is cut into rooms
 * (`formats/uki`), and where a floor's rooms have an order of their own it is listed, too.
 */
export const FLOORS = [
  'contract',
  'base',
  'formats',
  'image',
  'rules',
  'answers',
  'open',
  'hosts',
  'faces',
]
/** Rooms inside of a floor, from the ground up. */
const ORDER = {
  base: ['base', 'base/go', 'base/hash'],
  formats: [
    'formats/codec',
    'formats/tar',
    'formats/oci',
    'formats/uki',
    'formats/packages',
    'formats/yaml',
    'formats/blueprint',
  ],
  image: ['image/registry', 'image/tree', 'image/layers', 'image/session'],
  rules: ['rules/composefs', 'rules/bootc', 'rules/image-builder'],
  answers: [
    'answers/words',
    'answers/seal',
    'answers/findings',
    'answers/boot',
    'answers/install',
    'answers/facts',
    'answers/plan',
    'answers/upgrade',
    'answers/compare',
    'answers/review',
    'answers/share',
    'answers/batch',
  ],
  hosts: ['hosts/proxy', 'hosts/node', 'hosts/browser'],
  faces: ['faces/library', 'faces/cli', 'faces/app'],
}
/** Floors without DOM, fetch, file system, clock and randomness. */
export const PURE_FLOORS = ['contract', 'base', 'formats', 'image', 'rules', 'answers', 'open']
const WHOLE = ['contract', 'open']

/** `formats/uki` of `src/formats/uki/pe/pe.ts`, a path from the top of the project; null outside of the floors. */
export function roomOf(path) {
  const match = /^src\/([a-z-]+)\/(?:([a-z-]+)\/)?/.exec(path)
  if (match === null || !FLOORS.includes(match[1])) return null
  if (match[2] === undefined || WHOLE.includes(match[1])) return match[1]
  return `${match[1]}/${match[2]}`
}

function mayImport(from, to) {
  const [floor, target] = [from.split('/')[0], to.split('/')[0]]
  if (floor !== target) return FLOORS.indexOf(target) < FLOORS.indexOf(floor)
  const order = ORDER[floor] ?? []
  if (!order.includes(from) || !order.includes(to)) return true
  return order.indexOf(to) < order.indexOf(from)
}

function targetRoom(file, specifier) {
  if (!specifier.startsWith('.')) return null
  return roomOf(posix.join(posix.dirname(file), specifier))
}

const direction = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      direction: 'src/{{from}} must not import src/{{to}} (see eslint/rooms.js)',
      node: 'src/{{from}} must not import {{specifier}}: only hosts, faces/cli and tests may use Node',
      outside: 'a file of src/ stands on one of the floors of eslint/rooms.js',
    },
  },
  create(context) {
    const file = relative(context.cwd, context.filename).replaceAll('\\', '/')
    const from = roomOf(file)
    const isTest = /\.test\.tsx?$/.test(file) || /[\\/]testing[\\/]/.test(file)
    function check(node) {
      const specifier = node.source?.value
      if (from === null || typeof specifier !== 'string' || isTest) return
      const floor = from.split('/')[0]
      const mayUseNode = floor === 'hosts' || from === 'faces/cli'
      if (specifier.startsWith('node:') && !mayUseNode) {
        context.report({ node, messageId: 'node', data: { from, specifier } })
      }
      const to = targetRoom(file, specifier)
      if (to !== null && to !== from && !mayImport(from, to)) {
        context.report({ node, messageId: 'direction', data: { from, to } })
      }
    }
    return {
      Program(node) {
        if (from === null && file.startsWith('src/')) {
          context.report({ node, messageId: 'outside' })
        }
      },
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    }
  },
}

export default { rules: { direction } }
