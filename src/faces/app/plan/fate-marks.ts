import {
  type Extension,
  RangeSetBuilder,
  StateEffect,
  StateField,
  type Text,
} from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view'
import type { Tone } from '../../../answers/review/headline'
import type { ItemLines } from './item-lines'

/** An item of the blueprint with what becomes of it. */
export interface MarkedItem extends ItemLines {
  tone: Tone
  words: string
}

interface Marks {
  items: readonly MarkedItem[]
  current: string | null
}

/** Tells the editor what becomes of which lines. */
export const setMarks = StateEffect.define<Marks>()

/** Items that are marked: a text of thousands has them in the list beside it. */
const MOST = 2000

/** A coloured edge over the lines of each item, and its fate at the end of the first line. */
export function fateMarks(): Extension {
  return StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update: (marks, transaction) => {
      for (const effect of transaction.effects) {
        if (effect.is(setMarks)) return decorate(transaction.state.doc, effect.value)
      }
      return marks.map(transaction.changes)
    },
    provide: (field) => EditorView.decorations.from(field),
  })
}

function decorate(doc: Text, { items, current }: Marks): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  const lines = new Map<number, { item: MarkedItem; first: boolean }>()
  for (const item of items.slice(0, MOST)) {
    for (let line = item.from; line <= Math.min(item.to, doc.lines); line++) {
      lines.set(line, { item, first: line === item.from })
    }
  }
  for (const [number, { item, first }] of [...lines].sort(([a], [b]) => a - b)) {
    const line = doc.line(number)
    const marked = item.item === current ? ' cm-fate-current' : ''
    builder.add(
      line.from,
      line.from,
      Decoration.line({ class: `cm-fate cm-fate-${item.tone}${marked}` }),
    )
    if (first)
      builder.add(line.to, line.to, Decoration.widget({ widget: new Word(item.words), side: 1 }))
  }
  return builder.finish()
}

class Word extends WidgetType {
  constructor(private readonly words: string) {
    super()
  }

  override eq(other: Word): boolean {
    return other.words === this.words
  }

  override toDOM(): HTMLElement {
    const span = document.createElement('span')
    span.className = 'cm-fate-word'
    span.textContent = this.words
    return span
  }
}
