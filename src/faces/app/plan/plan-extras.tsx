import { useDeferredValue } from 'react'
import { useStore } from 'zustand'
import { CodeBlock } from '../parts/code-block'
import { Table } from '../parts/table'
import { planStore } from '../store/plan-store'

const ORIGINS = {
  uki: 'the UKI',
  addon: 'an add-on of the UKI',
  bootc: 'bootc',
  'install-config': 'usr/lib/bootc/install',
  'kargs.d': 'usr/lib/bootc/kargs.d',
  'image-builder': 'image-builder',
  blueprint: 'the blueprint',
  default: 'image-builder',
}

/** Warnings and errors in upstream's words, kernel arguments, and the commands that do the same. */
export function PlanExtras() {
  const plan = useDeferredValue(useStore(planStore, (state) => state.answer?.plan ?? null))
  if (plan === null) return null
  return (
    <>
      {plan.errors.map((error) => (
        <pre key={error} className="alert box">
          {error}
        </pre>
      ))}
      {plan.hints.map((hint) => (
        <p key={hint} className="box">
          <strong>what to do</strong> {hint}
        </p>
      ))}
      {plan.buildProblems.map((problem) => (
        <p key={problem} className="alert box">
          The build would stop although the manifest is written: {problem}
        </p>
      ))}
      {plan.warnings.map((warning) => (
        <p key={warning} className="box">
          <strong>warning</strong> {warning}
        </p>
      ))}
      {plan.kernelArguments.length > 0 && (
        <>
          <h3>Kernel arguments</h3>
          <Table
            label="Kernel arguments"
            head={['Argument', 'From', 'Effective']}
            rows={plan.kernelArguments.map(({ value, from, effective }, index) => ({
              key: `${index}${value}`,
              cells: [
                <code key="value">{value}</code>,
                ORIGINS[from],
                <span key="effective" className={effective ? 'chip good' : 'chip bad'}>
                  {effective ? 'yes' : 'no'}
                </span>,
              ],
            }))}
          />
        </>
      )}
      {plan.commands.length > 0 && (
        <details>
          <summary>Commands that do this</summary>
          {plan.commands.map(({ title, command }) => (
            <CodeBlock key={title} label={title} text={command} />
          ))}
        </details>
      )}
    </>
  )
}
