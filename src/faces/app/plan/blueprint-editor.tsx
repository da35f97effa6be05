import { lazy, Suspense, useState, type DragEvent } from 'react'
import { useStore } from 'zustand'
import type { BlueprintProblem } from '../../../formats/blueprint/decode'
import { problemText } from '../../../formats/blueprint/problem-text'
import { Guard } from '../guard'
import { formatOf, planStore } from '../store/plan-store'
import { EXAMPLE_BLUEPRINT } from './example'

const CodeEditor = lazy(() => import('./code-editor'))

const NONE: readonly BlueprintProblem[] = []

/** Text of 5 MB is read; more than that is no blueprint. */
const LARGEST = 5 * 2 ** 20

/** The blueprint: typed, pasted, dropped or opened. */
export function BlueprintEditor() {
  const text = useStore(planStore, (state) => state.text)
  const format = useStore(planStore, (state) => state.format)
  const problems = useStore(planStore, (state) => state.answer?.problems) ?? NONE
  const [error, setError] = useState<string | null>(null)
  const set = (next: string) => planStore.setState({ text: next, format: formatOf(next) })
  const open = (file: File | undefined) => {
    if (file === undefined) return
    if (file.size > LARGEST) {
      setError(`${file.name} has ${file.size} bytes, expected at most ${LARGEST}`)
      return
    }
    setError(null)
    file.text().then(set, () => setError(`${file.name} cannot be read`))
  }
  const drop = (event: DragEvent) => {
    const [file] = event.dataTransfer.files
    if (file === undefined) return
    event.preventDefault()
    open(file)
  }
  return (
    <div className="editor" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <h3 id="blueprint-label">Blueprint</h3>
      <Guard fallback={<PlainEditor text={text} onChange={set} />}>
        <Suspense fallback={<p>Loading the editor …</p>}>
          <CodeEditor text={text} format={format} problems={problems} onChange={set} />
        </Suspense>
      </Guard>
      {error !== null && (
        <p role="alert" className="alert">
          {error}
        </p>
      )}
      <div className="choices">
        <button type="button" onClick={() => set(EXAMPLE_BLUEPRINT)}>
          Example
        </button>
        <label className="button">
          Open a file
          <input
            type="file"
            accept=".toml,.json,application/json"
            onChange={(event) => {
              open(event.target.files?.[0])
              // The same file chosen again is a change again.
              event.target.value = ''
            }}
          />
        </label>
        {text !== '' && (
          <button type="button" onClick={() => set('')}>
            Clear
          </button>
        )}
        <span className="hint">Read as {format.toUpperCase()}. It stays in this browser.</span>
      </div>
      <ul className="problems" aria-label="Problems of the blueprint">
        {problems.slice(0, 20).map((problem) => (
          <li key={`${problem.path}${problem.text}`} className="error">
            {problem.position !== null && `line ${problem.position.line}: `}
            {problemText(problem)}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What is left when the editor cannot be loaded: a field. */
function PlainEditor({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  return (
    <textarea
      aria-label="Blueprint text"
      spellCheck={false}
      rows={16}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
