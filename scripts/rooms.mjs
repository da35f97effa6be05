// Prints the rooms of `src/`, their floors and the arrows between them, as the imports of today give them:
// node scripts/rooms.mjs [--arrows]. Tests, fixtures and `testing/` folders are left out.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { FLOORS, roomOf } from '../eslint/rooms.js'

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory())
      return ['fixtures', 'testing'].includes(entry.name) ? [] : sources(path)
    return /\.tsx?$/.test(entry.name) && !/\.(test|d)\.tsx?$/.test(entry.name) ? [path] : []
  })
}

function arrowsOf(files) {
  const arrows = new Map()
  for (const file of files) {
    const from = roomOf(file)
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const to = roomOf(posix.join(dirname(file), specifier))
      if (from === null || to === null || from === to) continue
      const key = `${from} -> ${to}`
      arrows.set(key, [...(arrows.get(key) ?? []), `${file} -> ${specifier}`])
    }
  }
  return arrows
}

function lines(file) {
  return readFileSync(file, 'utf8').split('\n').length
}

/** Rooms in circles: those that reach themselves. */
function circles(arrows) {
  const next = new Map()
  for (const key of arrows.keys()) {
    const [from, to] = key.split(' -> ')
    next.set(from, [...(next.get(from) ?? []), to])
  }
  const reaches = (start) => {
    const seen = new Set()
    const queue = [...(next.get(start) ?? [])]
    for (let room = queue.pop(); room !== undefined; room = queue.pop()) {
      if (seen.has(room)) continue
      seen.add(room)
      queue.push(...(next.get(room) ?? []))
    }
    return seen.has(start)
  }
  return [...next.keys()].filter(reaches).sort()
}

const files = sources('src').filter((file) => statSync(file).isFile())
const arrows = arrowsOf(files)
const rooms = new Map()
for (const file of files) {
  const room = roomOf(file) ?? '(none)'
  const known = rooms.get(room) ?? { files: 0, lines: 0 }
  rooms.set(room, { files: known.files + 1, lines: known.lines + lines(file) })
}
for (const room of [...rooms.keys()].sort()) {
  const { files: count, lines: total } = rooms.get(room)
  console.log(
    `${room.padEnd(24)} ${String(count).padStart(4)} files ${String(total).padStart(6)} lines`,
  )
}
console.log(`${rooms.size} rooms, ${FLOORS.length} floors, ${arrows.size} arrows between rooms`)
const inCircles = circles(arrows)
console.log(`rooms in a circle: ${inCircles.length === 0 ? 'none' : inCircles.join(', ')}`)
if (process.argv.includes('--arrows')) {
  for (const key of [...arrows.keys()].sort()) {
    console.log(`${key}: ${arrows.get(key).length}`)
    if (arrows.get(key).length < 4) for (const one of arrows.get(key)) console.log(`    ${one}`)
  }
}
