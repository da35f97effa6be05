import { EditorView } from '@codemirror/view'

/** The editor in the page's colours; custom properties reach into its shadow root. */
export const editorTheme = EditorView.theme({
  '&': {
    height: 'clamp(20rem, 62vh, 34rem)',
    fontSize: '12.8px',
    backgroundColor: 'var(--sunken)',
    color: 'var(--ink)',
  },
  '.cm-scroller': {
    fontFamily: 'var(--mono)',
    lineHeight: '23px',
    fontFeatureSettings: "'zero' 1",
  },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-line': { position: 'relative', paddingLeft: '8px' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--ink-3)', border: 'none' },
  // The host has the ring: here its rounded corners would cut it off.
  '&.cm-focused': { outline: 'none' },
  '&.cm-focused .cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 22%, transparent) !important',
  },
  '.cm-fate': { boxShadow: 'inset 3px 0 0 var(--fate)' },
  '.cm-fate-ok': { '--fate': 'var(--ok)' },
  '.cm-fate-bad': { '--fate': 'var(--bad)' },
  '.cm-fate-warn': { '--fate': 'var(--warn)' },
  '.cm-fate-void': { '--fate': 'var(--line-2)' },
  '.cm-fate-current': { backgroundColor: 'color-mix(in srgb, var(--fate) 12%, transparent)' },
  '.cm-fate-word': {
    float: 'right',
    marginLeft: '14px',
    color: 'var(--fate)',
    font: '550 11.5px/23px var(--text)',
  },
  '.cm-tooltip': {
    border: '1px solid var(--line-2)',
    borderRadius: '8px',
    backgroundColor: 'var(--panel)',
    color: 'var(--ink)',
    fontFamily: 'var(--text)',
    overflow: 'hidden',
  },
  '.cm-tooltip .key-words': { padding: '6px 10px', fontSize: '12.5px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
  },
  '.cm-completionDetail': { color: 'inherit', fontStyle: 'normal', opacity: '0.8' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
    borderRadius: '6px',
  },
})
