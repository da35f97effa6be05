import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { toml } from '@codemirror/legacy-modes/mode/toml'
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { Compartment, EditorState } from '@codemirror/state'
import { EditorView, hoverTooltip, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import type { BlueprintProblem } from '../../../formats/blueprint/decode'
import { problemText } from '../../../formats/blueprint/problem-text'
import { completeBlueprint, KEY_WORDS, keysIn, tableAt } from './completion'
import { fateMarks, type MarkedItem, setMarks } from './fate-marks'
import { itemAt } from './item-lines'
import { onGoToLine } from './go-to-line'
import { editorTheme } from './editor-theme'

interface Properties {
  text: string
  format: 'toml' | 'json'
  problems: readonly BlueprintProblem[]
  items: readonly MarkedItem[]
  /** The item whose lines are marked as the one that is spoken of. */
  current: string | null
  onChange: (text: string) => void
  onItem: (item: string | null) => void
}

/** Colours of the page, which follow light and dark. */
const colours = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string)], color: 'light-dark(#0f6a52, #7fd3b4)' },
  { tag: [tags.number, tags.bool, tags.atom, tags.null], color: 'light-dark(#8a3a00, #f2b48a)' },
  { tag: tags.comment, color: 'var(--ink-3)', fontStyle: 'italic' },
  {
    tag: [tags.heading, tags.bracket, tags.keyword],
    color: 'light-dark(#6a3fb5, #c3a6ff)',
    fontWeight: '600',
  },
  { tag: tags.propertyName, color: 'var(--ink)' },
])
const language = new Compartment()

function languageOf(format: 'toml' | 'json') {
  return format === 'json' ? json() : StreamLanguage.define(toml)
}

/**
 * The editor lives in a shadow root: there its styles are adopted style sheets, which the page's policy
 * allows, while style elements are not.
 */
export default function CodeEditor(properties: Properties) {
  const { text, format, problems, items, current } = properties
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const latest = useRef(properties)
  useEffect(() => void (latest.current = properties))
  useEffect(() => {
    const parent = host.current
    if (parent === null) return
    const editor = makeEditor(parent, () => latest.current)
    view.current = editor
    const forget = onGoToLine((line) => showLine(editor, line))
    return () => {
      forget()
      editor.destroy()
      view.current = null
    }
  }, [])
  useEffect(() => {
    const editor = view.current
    if (editor === null || editor.state.doc.toString() === text) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } })
  }, [text])
  useEffect(() => {
    view.current?.dispatch({ effects: language.reconfigure(languageOf(format)) })
  }, [format])
  useEffect(() => {
    const editor = view.current
    if (editor === null) return
    const diagnostics = problems.flatMap((problem) => diagnosticOf(editor.state, problem) ?? [])
    editor.dispatch(setDiagnostics(editor.state, diagnostics))
  }, [problems, text])
  useEffect(() => {
    view.current?.dispatch({ effects: setMarks.of({ items, current }) })
  }, [items, current])
  return <div ref={host} className="code-host" />
}

function makeEditor(parent: HTMLElement, properties: () => Properties): EditorView {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' })
  const { text, format } = properties()
  const editor = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        lintGutter(),
        fateMarks(),
        autocompletion({ override: [(context) => (properties().format === 'toml' ? completeBlueprint(context) : null)] }), // prettier-ignore
        hoverTooltip(keyTooltip),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        syntaxHighlighting(colours),
        language.of(languageOf(format)),
        editorTheme,
        EditorView.domEventHandlers({ beforeinput: takeLines }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Blueprint text', spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) properties().onChange(update.state.doc.toString())
          if (!update.selectionSet && !update.docChanged) return
          const line = update.state.doc.lineAt(update.state.selection.main.head).number
          if (update.view.hasFocus) properties().onItem(itemAt(properties().items, line))
        }),
      ],
    }),
  })
  editor.scrollDOM.tabIndex = 0
  editor.scrollDOM.setAttribute('role', 'group')
  editor.scrollDOM.setAttribute('aria-label', 'Blueprint, scrolls')
  return editor
}

/** What a key is for, from the schema. */
function keyTooltip(view: EditorView, pos: number) {
  const line = view.state.doc.lineAt(pos)
  const [, key] = /^\s*([\w-]+)\s*=/.exec(line.text) ?? []
  if (key === undefined || !keysIn(tableAt(view.state.doc.toString(), line.from)).includes(key)) {
    return null
  }
  const words = KEY_WORDS[key]
  if (words === undefined) return null
  return {
    pos: line.from,
    create: () => {
      const dom = document.createElement('div')
      dom.className = 'key-words'
      dom.textContent = `${key}: ${words}`
      return { dom }
    },
  }
}

/**
 * Lines that arrive as typed text, from dictation or a clipboard tool, go into the document at once: left to
 * Chromium's own editing, 1,000 of them block the page for 5 s, and 2,000 for 20 s.
 */
function takeLines(event: InputEvent, editor: EditorView): boolean {
  const { data, inputType } = event
  if (inputType !== 'insertText' || data === null || !data.includes('\n')) return false
  event.preventDefault()
  editor.dispatch(editor.state.replaceSelection(data), { userEvent: 'input.paste' })
  return true
}

function diagnosticOf(state: EditorState, problem: BlueprintProblem): Diagnostic | null {
  const { position } = problem
  if (position === null || position.line > state.doc.lines) return null
  const line = state.doc.line(position.line)
  const from = Math.min(line.from + position.column - 1, line.to)
  const fix = fixOf(state, problem, line.from)
  return { from, to: line.to, severity: 'error', message: problemText(problem), ...fix }
}

/** The key that was probably meant, as one click. */
function fixOf(
  state: EditorState,
  { suggestion, path }: BlueprintProblem,
  from: number,
): Pick<Diagnostic, 'actions'> {
  const wrong = lastKey(path)
  const right = suggestion === null ? null : lastKey(suggestion)
  if (right === null || right === wrong) return {}
  const line = state.doc.lineAt(from)
  const at = line.text.indexOf(wrong)
  if (at === -1) return {}
  return {
    actions: [
      {
        name: `Write ${right}`,
        apply: (view) => {
          const start = line.from + at
          view.dispatch({ changes: { from: start, to: start + wrong.length, insert: right } })
        },
      },
    ],
  }
}

function lastKey(path: string): string {
  return (
    path
      .replace(/\[\d+\]$/, '')
      .split('.')
      .pop() ?? path
  )
}

function showLine(editor: EditorView, number: number): void {
  if (number > editor.state.doc.lines) return
  const { from } = editor.state.doc.line(number)
  editor.dispatch({
    selection: { anchor: from },
    effects: EditorView.scrollIntoView(from, { y: 'center' }),
  })
}
