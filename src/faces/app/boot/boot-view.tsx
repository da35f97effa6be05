import { headlineOf } from '../../../answers/review/headline'
import { formatBytes } from '../../../answers/words/sizes'
import { shortDigest } from '../../../answers/words/text'
import type { ImageFacts, UkiRecord } from '../../../contract/facts'
import { useFacts } from '../page/context'
import { CodeBlock } from '../parts/code-block'
import { Digest } from '../parts/digest'
import { Mark } from '../parts/mark'
import { Rich } from '../parts/rich'
import { Table } from '../parts/table'
import { CommandLine } from './command-line'
import { signatureSays, type SignatureSaying } from './signatures'
import './boot.css'

/** What starts the system: the chain, each kernel image with its parts, the command line word by word. */
export default function BootView() {
  const facts = useFacts()
  return (
    <div className="stack">
      <header className="view-head">
        <div>
          <h1>{bootHeadline(facts)}</h1>
          <p className="soft">
            <Rich text={bootSecond(facts)} terms />
          </p>
        </div>
      </header>
      {facts.ukis.map((uki, index) => (
        <Uki key={uki.path} uki={uki} taken={index === 0 && facts.kernel?.unified === true} />
      ))}
      <System facts={facts} />
    </div>
  )
}

function bootHeadline(facts: ImageFacts): string {
  const { kernel, ukis, seal } = facts
  if (seal.verdict === null) return 'How it starts is not known: a layer is missing.'
  if (kernel === null) return headlineOf(facts).headline
  if (!kernel.unified) return 'An ordinary kernel and initramfs start it.'
  const [uki] = ukis
  if (uki === undefined || uki.signatures.length === 0)
    return 'A kernel image starts it. Nobody signed it.'
  return signatureSays(uki).headline
}

function bootSecond({ kernel, ukis }: ImageFacts): string {
  if (kernel === null) return 'There is nothing that firmware or a boot loader could start.'
  if (!kernel.unified) {
    return 'bootc writes the boot loader’s entry at installation; no UKI fixes the command line, so kernel arguments can be changed on each host.'
  }
  const [uki] = ukis
  return uki?.signatures.length === 0
    ? 'With Secure Boot on, firmware refuses the UKI unless its hash is enrolled.'
    : 'Whether firmware starts the UKI depends on the keys that it holds.'
}

function Uki({ uki, taken }: { uki: UkiRecord; taken: boolean }) {
  const says = signatureSays(uki)
  return (
    <section className="card" aria-label={`Kernel image ${uki.path}`}>
      <header>
        <h2 className="mono">{uki.path}</h2>
        <span className="tiny dim">
          {[
            formatBytes(uki.size),
            uki.machine,
            uki.stub,
            uki.uname,
            uki.layer === null ? null : `layer ${uki.layer}`,
          ]
            .filter((part) => part !== null)
            .join(' · ')}
        </span>
        {taken && <span className="more tiny">bootc takes this one</span>}
      </header>
      <div className="pad stack">
        {uki.error !== null && (
          <p className="known bad">
            <Mark tone="bad" />
            <span>{uki.error}</span>
          </p>
        )}
        <Signed says={says} />
        <CommandLine cmdline={uki.cmdline} />
        <Profiles uki={uki} />
        <Sections uki={uki} />
        <Texts uki={uki} />
      </div>
    </section>
  )
}

function Signed({ says }: { says: SignatureSaying }) {
  return (
    <ul>
      {says.lines.map(({ tone, text }, index) => (
        <li key={index} className="known">
          <Mark tone={tone} />
          <span>
            <Rich text={text} terms />
          </span>
        </li>
      ))}
    </ul>
  )
}

function Profiles({ uki }: { uki: UkiRecord }) {
  const rows = [
    ...uki.profiles.map(({ id, title, cmdline }, index) => ({
      key: `profile${index}`,
      cells: ['profile', title ?? id ?? `${index}`, cmdline ?? 'of the first profile'],
    })),
    ...uki.addons.map(({ path, cmdline }) => ({
      key: path,
      cells: ['add-on', <code key="path">{path}</code>, cmdline ?? 'none'],
    })),
  ]
  if (rows.length === 0) return null
  return (
    <div>
      <h3>Profiles and add-ons</h3>
      <Table label="Profiles and add-ons" head={['Kind', 'Name', 'Command line']} rows={rows} />
    </div>
  )
}

function Sections({ uki }: { uki: UkiRecord }) {
  if (uki.sections.length === 0) return null
  return (
    <details>
      <summary>
        {uki.sections.length} sections:{' '}
        {uki.sections
          .slice(0, 8)
          .map(({ name }) => name)
          .join(' ')}
        {uki.sections.length > 8 && ' …'}
      </summary>
      <Table
        label={`Sections of ${uki.path}`}
        head={['Name', 'Size', 'In the file', 'Offset', 'Address', 'SHA-256']}
        rows={uki.sections.map((section, index) => ({
          key: `${index}${section.name}`,
          cells: [
            <code key="name">{section.name}</code>,
            formatBytes(section.virtualSize),
            formatBytes(section.rawSize),
            section.rawOffset,
            `0x${section.virtualAddress.toString(16)}`,
            section.sha256 === null ? (
              'not in the file'
            ) : (
              <Digest key="hash" value={section.sha256} />
            ),
          ],
        }))}
      />
    </details>
  )
}

function Texts({ uki }: { uki: UkiRecord }) {
  const sbat = uki.sbat ?? []
  return (
    <>
      {sbat.length > 0 && (
        <details>
          <summary>SBAT, {sbat.length} lines</summary>
          <pre className="code" tabIndex={0}>
            {sbat.map((row) => row.join(',')).join('\n')}
          </pre>
        </details>
      )}
      {uki.osrel !== null && (
        <details>
          <summary>os-release in the UKI</summary>
          <pre className="code" tabIndex={0}>
            {uki.osrel}
          </pre>
        </details>
      )}
      {uki.sha256 !== null && (
        <p className="small dim">
          SHA-256 of the file <Digest value={uki.sha256} />{' '}
          <span className="hidden">{shortDigest(uki.sha256)}</span>
        </p>
      )}
    </>
  )
}

/** What else the image says of itself. */
function System({ facts }: { facts: ImageFacts }) {
  const { installConfig, kernel } = facts
  const rows: [string, string | null][] = [
    ['System', facts.os?.prettyName ?? facts.os?.name ?? null],
    ['Architecture', facts.arch],
    ['Kernel', kernel?.version ?? null],
    ['Root file system', installConfig?.filesystemRootType ?? null],
    ['Boot loader', installConfig?.bootloader ?? null],
    ['SELinux policy', facts.selinuxPolicy],
    ['UEFI vendor', facts.uefiVendor],
    ['kargs.d', facts.errors.kargs ?? (facts.kargs === null ? null : kargsWords(facts.kargs))],
    ['Image manifest', facts.image?.manifestDigest ?? null],
  ]
  return (
    <section className="card pad" aria-label="System">
      <h2>What the image says of itself</h2>
      <dl className="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? 'not said'}</dd>
          </div>
        ))}
      </dl>
      <CodeBlock label="The same on the command line" text={commandsFor(facts)} />
    </section>
  )
}

/** Arguments that are shown: a hostile image may bring any number. */
const MOST_KARGS = 100

function kargsWords(kargs: readonly string[]): string {
  if (kargs.length === 0) return 'none'
  const more = kargs.length > MOST_KARGS ? ` and ${kargs.length - MOST_KARGS} more` : ''
  return kargs.slice(0, MOST_KARGS).join(' ') + more
}

function commandsFor({ source }: ImageFacts): string {
  const prefixes: Readonly<Record<string, string>> = {
    registry: 'docker://',
    sample: 'sample:',
    oci: 'oci:',
  }
  const name = `${prefixes[source.kind] ?? ''}${source.ref}`
  const quoted = /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
  return [
    `sealscope inspect ${quoted}`,
    `sealscope verify ${quoted}`,
    `sealscope plan ${quoted} --blueprint blueprint.toml --strict`,
  ].join('\n')
}
