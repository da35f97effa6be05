import { useState } from 'react'
import type { Link } from '../../../answers/review/stations'
import { usePage } from '../page/context'
import { Rich } from '../parts/rich'
import { Ring } from '../parts/ring'
import './learn.css'

interface Step {
  title: string
  what: string
  /** What somebody can change when the ring ends here, and what then happens. */
  attack: string
}

/** The six links in the order in which each rests on the one before. */
const STEPS: readonly Step[] = [
  {
    title: 'Layers',
    what: 'An image is a pile of archives. The manifest names each by its SHA-256, so a registry cannot change a byte without being noticed when the image is pulled.',
    attack:
      'On the disk, after installation, nothing looks at those digests again: whoever can write to the disk can change any file.',
  },
  {
    title: 'Root tree',
    what: 'The layers are laid over each other to one tree: later ones add, replace and remove what earlier ones brought.',
    attack: 'The tree alone protects nothing. It is what all the rest is about.',
  },
  {
    title: 'composefs image',
    what: 'composefs writes the whole tree, with every name, owner, label and the fs-verity digest of every content, into one small image.',
    attack:
      'A changed file no longer fits its entry. But somebody who changes the file can also write another composefs image.',
  },
  {
    title: 'Its digest',
    what: 'One fs-verity digest of 128 hexadecimal digits names that image, and with it every file of the system.',
    attack:
      'A digest that nobody demands is only a name: the system starts with another one just as well.',
  },
  {
    title: 'The digest that the kernel image demands',
    what: 'The UKI carries `composefs=<digest>` on its command line. An initramfs with bootc’s module mounts the tree with this digest, or stops.',
    attack:
      'A changed tree does not start. But somebody can still put another UKI with another digest on the ESP.',
  },
  {
    title: 'Signature',
    what: 'The UKI is signed. With Secure Boot on, firmware starts it only when it trusts the key that signed it.',
    attack:
      'Another UKI is refused, unless its signer is trusted, too. An older image that the same key signed still starts.',
  },
]

/** What a sealed image is, link by link: what is protected at each, and what is not yet. */
export default function Learn() {
  const [step, setStep] = useState(0)
  const page = usePage()
  const links = STEPS.map((_, index): Link => (index <= step ? 'good' : 'open'))
  const shown = STEPS[step]
  return (
    <div className="learn stack">
      <header>
        <h1>What is a sealed image?</h1>
        <p className="lead">
          A sealed image ties the running system to what was built: the kernel image demands one
          digest, and only the tree with exactly this digest starts. Six links make the ring. It
          holds as far as it is closed.
        </p>
      </header>
      <section className="card steps" aria-label="The ring, link by link">
        <Ring
          links={links}
          tone={step === 5 ? 'ok' : null}
          size={220}
          label={`${step + 1} of six links closed`}
        />
        <ol>
          {STEPS.map(({ title }, index) => (
            <li key={title}>
              <button
                type="button"
                aria-current={index === step ? 'step' : undefined}
                onClick={() => setStep(index)}
              >
                <span className="no">{index + 1}</span>
                {title}
              </button>
            </li>
          ))}
        </ol>
        {shown !== undefined && (
          <div className="step" role="status">
            <h2>{shown.title}</h2>
            <p>
              <Rich text={shown.what} terms />
            </p>
            <p className="attack">
              <b>When the ring ends here:</b> <Rich text={shown.attack} terms />
            </p>
            <p className="row">
              <button
                type="button"
                className="btn"
                disabled={step === 0}
                onClick={() => setStep(step - 1)}
              >
                Back
              </button>
              <button
                type="button"
                className="btn primary"
                disabled={step === STEPS.length - 1}
                onClick={() => setStep(step + 1)}
              >
                Close the next link
              </button>
            </p>
          </div>
        )}
      </section>
      <section className="card pad" aria-label="Try it">
        <h2>See it on an image</h2>
        <p className="row">
          <button type="button" className="btn" onClick={() => page.openSample('sealed')}>
            One whose seal holds
          </button>
          <button type="button" className="btn" onClick={() => page.openSample('mismatch')}>
            One that was changed after sealing
          </button>
          <button type="button" className="btn" onClick={() => page.openSample('classic')}>
            One without a seal
          </button>
        </p>
      </section>
    </div>
  )
}
