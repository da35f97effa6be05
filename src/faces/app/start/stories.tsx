import type { Tone } from '../../../answers/review/headline'
import type { Link } from '../../../answers/review/stations'
import { usePage, usePageState } from '../page/context'
import { Rich } from '../parts/rich'
import { Ring } from '../parts/ring'

interface Story {
  title: string
  words: string
  links: readonly Link[]
  tone: Tone
}

const GOOD = ['good', 'good', 'good', 'good', 'good'] as const

/** What the built-in images teach; one that this page does not know is told in its own words. */
const STORIES: Readonly<Record<string, Story>> = {
  sealed: { title: 'Sealed, and the seal holds', words: 'Layers and kernel image agree on one digest. Start here.', links: [...GOOD, 'open'], tone: 'ok' },
  mismatch: { title: 'A file came after sealing', words: 'It looks sealed, but bootc refuses it. See which line did it.', links: ['good', 'good', 'good', 'good', 'bad', 'open'], tone: 'bad' },
  'sealed-old-bootc': { title: 'Sealed by an old bootc', words: 'Right when it was made, refused by newer releases. Who can still upgrade?', links: ['good', 'good', 'good', 'good', 'warn', 'open'], tone: 'warn' },
  'deaf-initramfs': { title: 'An initramfs that ignores the seal', words: 'The seal holds, and nothing acts on it at the start.', links: [...GOOD, 'open'], tone: 'warn' },
  'small-esp': { title: 'The ESP is too small', words: 'It installs, and the first update finds no room.', links: [...GOOD, 'open'], tone: 'warn' },
  'foreign-key': { title: 'Signed by nobody’s key', words: 'There is a signature. Which machine trusts it?', links: [...GOOD, 'warn'], tone: 'warn' },
  'sealed-xfs': { title: 'Sealed, for the wrong file system', words: 'The seal holds; `xfs` has no fs-verity for it.', links: [...GOOD, 'open'], tone: 'bad' },
  'sealed-next': { title: 'The next build', words: 'Four packages are newer. Compare it with the one before.', links: [...GOOD, 'open'], tone: 'ok' },
  'verity-optional': { title: 'The digest is only a name', words: '`composefs=?…` asks for the digest, but starts without it.', links: ['good', 'good', 'good', 'good', 'open', 'open'], tone: 'void' },
  classic: { title: 'No seal: kernel and initramfs', words: 'A classic image, where every customization works.', links: ['good', 'good', 'open', 'open', 'open', 'open'], tone: 'void' },
} // prettier-ignore

/** Built-in images, each a story. */
export function Stories() {
  const page = usePage()
  const samples = usePageState((state) => state.samples)
  return (
    <section aria-label="Images that teach">
      <h2>No image at hand? {samples === null ? 'Some' : counts(samples.length)} that teach</h2>
      <ul className="stories">
        {samples?.map(({ name, title, description }) => {
          const story: Story = STORIES[name] ?? {
            title,
            words: description,
            links: [],
            tone: 'void',
          }
          return (
            <li key={name}>
              <button type="button" className="card story" onClick={() => page.openSample(name)}>
                <Ring links={story.links} tone={story.tone} size={48} label={null} />
                <span>
                  <b>{story.title}</b>
                  <span className="soft">
                    <Rich text={story.words} />
                  </span>
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function counts(count: number): string {
  const words = ['None', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'] // prettier-ignore
  return words[count] ?? `${count}`
}
