import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { toml } from '@codemirror/legacy-modes/mode/toml'
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { Compartment, EditorState } from '@codemirror/state'
import { EditorView, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import type { BlueprintProblem } from '../../../formats/blueprint/decode'
import { problemText } from '../../../formats/blueprint/problem-text'
import { onGoToLine } from './go-to-line'

interface Properties {
  text: string
  format: 'toml' | 'json'
  problems: readonly BlueprintProblem[]
  onChange: (text: string) => void
}

const theme = EditorView.theme({
  '&': {
    height: 'clamp(20rem, 65vh, 36rem)',
    fontSize: '0.9rem',
    backgroundColor: 'var(--field)',
    color: 'var(--text)',
  },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--ground)', color: 'var(--soft)', border: 'none' },
  // The host has the ring: here its rounded corners would cut it off.
  '&.cm-focused': { outline: 'none' },
  '.cm-selectionBackground': { backgroundColor: 'var(--line)' },
})
/** Colours of the page, which follow light and dark. */
const colours = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.atom, tags.null], color: 'var(--bad)' },
  { tag: tags.comment, color: 'var(--soft)', fontStyle: 'italic' },
  { tag: [tags.heading, tags.bracket, tags.keyword], color: 'var(--accent)', fontWeight: '600' },
  { tag: tags.propertyName, color: 'var(--text)' },
])
const language = new Compartment()

function languageOf(format: 'toml' | 'json') {
  return format === 'json' ? json() : StreamLanguage.define(toml)
}

/**
 * The editor lives in a shadow root: there its styles are adopted style sheets, which the page's policy
 * allows, while style elements are not.
 */
export default function CodeEditor({ text, format, problems, onChange }: Properties) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const change = useRef(onChange)
  const first = useRef({ text, format })
  useEffect(() => void (change.current = onChange), [onChange])
  useEffect(() => {
    const parent = host.current
    if (parent === null) return
    const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' })
    const editor = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: first.current.text,
        extensions: [
          lineNumbers(),
          history(),
          lintGutter(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          syntaxHighlighting(colours),
          language.of(languageOf(first.current.format)),
          theme,
          EditorView.domEventHandlers({ beforeinput: takeLines }),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'Blueprint text', spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change.current(update.state.doc.toString())
          }),
        ],
      }),
    })
    editor.scrollDOM.tabIndex = 0
    editor.scrollDOM.setAttribute('role', 'group')
    editor.scrollDOM.setAttribute('aria-label', 'Blueprint, scrolls')
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
  return <div ref={host} className="code-host" />
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
  return { from, to: line.to, severity: 'error', message: problemText(problem) }
}

function showLine(editor: EditorView, number: number): void {
  if (number > editor.state.doc.lines) return
  const { from, to } = editor.state.doc.line(number)
  editor.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true })
  editor.focus()
  editor.dom.scrollIntoView({ block: 'nearest' })
}
