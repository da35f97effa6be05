import { lazy, Suspense, useState, type DragEvent } from 'react'
import { useStore } from 'zustand'
import { problemText } from '../../blueprint/problem-text'
import { formatOf, planStore } from '../store/plan-store'
import { EXAMPLE_BLUEPRINT } from './example'

const CodeEditor = lazy(() => import('./code-editor'))

/** Text of 5 MB is read; more than that is no blueprint. */
const LARGEST = 5 * 2 ** 20

/** The blueprint: typed, pasted, dropped or opened. */
export function BlueprintEditor() {
  const { text, format, answer } = useStore(planStore)
  const [error, setError] = useState<string | null>(null)
  const set = (next: string) => planStore.setState({ text: next, format: formatOf(next) })
  const open = (file: File | undefined) => {
    if (file === undefined) return
    if (file.size > LARGEST) {
      setError(`${file.name} has ${file.size} bytes, expected at most ${LARGEST}`)
      return
    }
    setError(null)
    void file.text().then(set)
  }
  const drop = (event: DragEvent) => {
    const [file] = event.dataTransfer.files
    if (file === undefined) return
    event.preventDefault()
    open(file)
  }
  const problems = answer?.problems ?? []
  return (
    <div className="editor" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <h3 id="blueprint-label">Blueprint</h3>
      <Suspense fallback={<p>Loading the editor …</p>}>
        <CodeEditor text={text} format={format} problems={problems} onChange={set} />
      </Suspense>
      {error !== null && <p className="alert">{error}</p>}
      <div className="choices">
        <button type="button" onClick={() => set(EXAMPLE_BLUEPRINT)}>
          Example
        </button>
        <label className="button">
          Open a file
          <input
            type="file"
            accept=".toml,.json,application/json"
            onChange={(event) => open(event.target.files?.[0])}
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
