import type { Tone } from '../../../answers/review/headline'
import { counted, formatBytes } from '../../../answers/words/sizes'
import { sentence } from '../../../answers/words/text'
import type { CheckAnswer } from '../../../contract/checks'
import type { EspRoom, PlanResult, RootRoom } from '../../../contract/plan'
import { Mark } from '../parts/mark'
import { reasonOf, SEVERITY_TONES, shortOf } from '../plan/summary'

const TONES: Record<CheckAnswer, Tone> = { yes: 'ok', no: 'bad', unknown: 'void' }

interface Line {
  key: string
  tone: Tone
  title: string
  words: string
}

/** Whether the system finds its root on this disk, who mounts what, and how much room is left. */
export function DiskAnswers({ plan }: { plan: PlanResult }) {
  const lines = [
    ...plan.buildProblems.map((problem): Line => ({
      key: problem,
      tone: 'bad',
      title: 'The build stops.',
      words: problem,
    })),
    ...plan.checks.map(({ id, answer, summary, reasons }): Line => ({
      key: id,
      tone: TONES[answer],
      title: id === 'boot' ? BOOT[answer] : INSTALL[answer],
      words: [
        summary,
        ...reasons
          .filter(({ severity }) => severity === 'error')
          .map(({ fix }) => (fix === null ? '' : sentence(fix))),
      ].join(' '),
    })),
    ...plan.consequences
      .filter(({ id }) => id === 'partition-not-mounted')
      .map((each): Line => ({
        key: each.message,
        tone: SEVERITY_TONES[each.severity],
        title: shortOf(each),
        words: `${reasonOf(each)} ${each.fix === null ? '' : sentence(each.fix)}`,
      })),
    ...(plan.esp === null ? [] : [espLine(plan.esp)]),
    ...(plan.root === null ? [] : [rootLine(plan.root)]),
  ]
  if (lines.length === 0) return null
  return (
    <section className="card pad" aria-label="What this disk means">
      <ul>
        {lines.map(({ key, tone, title, words }) => (
          <li key={key} className="known">
            <Mark tone={tone} />
            <span>
              <b>{title}</b> <span className="soft">{words}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const BOOT: Record<CheckAnswer, string> = {
  yes: 'The system finds its root.',
  no: 'The system does not start.',
  unknown: 'Whether it starts cannot be said.',
}
const INSTALL: Record<CheckAnswer, string> = {
  yes: 'The file systems suit the image.',
  no: 'The installation stops.',
  unknown: 'Whether the installation goes through cannot be said.',
}

/** An update keeps two kernel images, and a third while it is written. */
const WANTED = 3

function espLine({ size, perUpgrade, fits }: EspRoom): Line {
  const room = `${formatBytes(size)}, a kernel image ${formatBytes(perUpgrade)}`
  if (fits >= WANTED) {
    return {
      key: 'esp',
      tone: 'ok',
      title: 'The ESP has room.',
      words: `An upgrade keeps up to three kernel images; ${room}.`,
    }
  }
  return {
    key: 'esp',
    tone: fits < 2 ? 'bad' : 'warn',
    title: `The ESP holds ${counted(fits, 'kernel image')}.`,
    words: `${room}: ${fits < 2 ? 'the first update fails' : 'no update while a rollback is kept'}.`,
  }
}

function rootLine({ size, image, free }: RootRoom): Line {
  const words = `${formatBytes(size)}; the image takes ${formatBytes(image)} unpacked, about ${formatBytes(Math.max(0, free))} are left.`
  return free <= 0
    ? { key: 'root', tone: 'bad', title: 'The root file system is too small.', words }
    : {
        key: 'root',
        tone: free < image ? 'warn' : 'ok',
        title: free < image ? 'A second deployment may not fit.' : 'The root file system has room.',
        words,
      }
}
