import { describe, expect, it } from 'vitest'
import { documentOfValue } from '../../formats/blueprint/document'
import { type Item, itemsOf } from './items'
import { alike, guiltyIn, longLists } from './long-lists'

function items(customizations: unknown): Item[] {
  return itemsOf(documentOfValue({ customizations }))
}

function users(count: number, more: (index: number) => object = () => ({})) {
  return Array.from({ length: count }, (_, index) => ({ name: `u${index}`, ...more(index) }))
}

describe('long lists', () => {
  it('are told from short ones, each by itself', () => {
    const lists = longLists(items({ user: users(300), group: users(10), sshkey: users(400) }))
    expect(lists.map((list) => list.length).sort()).toEqual([300, 400])
  })

  it('fall into groups of the same shape; what is there twice is told apart', () => {
    const shapes = users(300, (index) => (index % 2 === 0 ? {} : { key: index % 3 ? 'k' : '' }))
    const groups = alike(items({ user: [...shapes, { name: 'u0' }] }))
    expect(groups.map((group) => group.length).sort((a, b) => a - b)).toEqual([1, 1, 50, 100, 149])
  })

  it('keep files of the same contents apart from others', () => {
    const files = Array.from({ length: 300 }, (_, index) => ({
      path: `/etc/${index}`,
      data: index < 3 ? 'same' : `${index}`,
    }))
    const groups = alike(items({ files }))
    expect(groups.map((group) => group.length).sort((a, b) => a - b)).toEqual([3, 297])
  })

  it('tell the one that counts from those that it hides', () => {
    const groups = alike(items({ user: [...users(300, () => ({ name: 'same' }))] }))
    expect(groups.map((group) => group.length).sort((a, b) => a - b)).toEqual([1, 299])
  })

  it('have a bounded number of groups that holds every item', () => {
    const groups = alike(items({ user: users(1000, (index) => ({ [`k${index}`]: 1 })) }))
    expect(groups.length).toBeLessThanOrEqual(101)
    expect(groups.flat()).toHaveLength(1000)
  })

  it('are halved to find who is guilty', () => {
    const list = items({ user: users(1000) })
    const wanted = [list[3], list[997]]
    let questions = 0
    const found = guiltyIn(list, (part) => {
      questions++
      return part.some((item) => wanted.includes(item))
    })
    expect(found).toEqual(wanted)
    expect(questions).toBeLessThanOrEqual(72)
  })

  it('are guilty in part when everybody is', () => {
    const list = items({ user: users(5000) })
    let questions = 0
    const found = guiltyIn(list, () => ++questions > 0)
    expect([found.length, questions]).toEqual([5000, 72])
  })
})
