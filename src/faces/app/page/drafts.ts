const KEY = 'sealscope.drafts'
const MOST = 8
/** Longest text that is kept, characters: a browser gives a page some five million. */
const LONGEST = 500_000

/**
 * The author's own text of a blueprint for each address that carries it without its secrets: it stays in this
 * tab, survives a reload, and goes nowhere else.
 */
export class Drafts {
  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'>) {}

  /** The text as it was written; null when another browser made the address. */
  read(hash: string): string | null {
    const plan = planOf(hash)
    return plan === '' ? null : (this.list().find(([own]) => own === plan)?.[1] ?? null)
  }

  keep(hash: string, text: string): void {
    const plan = planOf(hash)
    if (plan === '' || text.length > LONGEST) return
    const list = [[plan, text] as const, ...this.list().filter(([own]) => own !== plan)]
    try {
      this.storage.setItem(KEY, JSON.stringify(list.slice(0, MOST)))
    } catch {
      // A browser that keeps nothing shows the text of the address after a reload.
    }
  }

  private list(): (readonly [string, string])[] {
    try {
      const list: unknown = JSON.parse(this.storage.getItem(KEY) ?? '[]')
      return Array.isArray(list) ? list.filter(isDraft) : []
    } catch {
      return []
    }
  }
}

function isDraft(value: unknown): value is readonly [string, string] {
  return (
    Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string')
  )
}

/** The part of an address that carries the plan. */
function planOf(hash: string): string {
  return /^#(plan=[\w-]+)/.exec(hash)?.[1] ?? ''
}
