import type { UkiRecord } from '../../../contract/facts'
import { formatBytes } from '../format'
import { CopyButton } from '../parts/copy-button'
import { Table } from '../parts/table'

/** One UKI: command line, sections, what else it carries. */
export function UkiView({ uki }: { uki: UkiRecord }) {
  return (
    <section id="uki" aria-label="Unified kernel image">
      <h2>Unified kernel image</h2>
      <p>
        <code>{uki.path}</code>, {formatBytes(uki.size)}
        {uki.layer !== null && `, layer ${uki.layer}`}
        {uki.machine !== null && `, ${uki.machine}`}
        {uki.stub !== null && `, ${uki.stub}`}
        {uki.uname !== null && `, kernel ${uki.uname}`}
      </p>
      {uki.error !== null && <p className="alert">{uki.error}</p>}
      <Signatures uki={uki} />
      <h3>Command line</h3>
      <div className="cmdline">
        <pre>{uki.cmdline ?? 'none'}</pre>
        {uki.cmdline !== null && <CopyButton text={uki.cmdline} />}
      </div>
      <Profiles uki={uki} />
      <h3>Sections</h3>
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
            <code key="hash">{section.sha256?.slice(0, 16) ?? 'not in the file'}</code>,
          ],
        }))}
      />
      <Sbat uki={uki} />
      {uki.osrel !== null && (
        <details>
          <summary>os-release in the UKI</summary>
          <pre>{uki.osrel}</pre>
        </details>
      )}
    </section>
  )
}

function Signatures({ uki }: { uki: UkiRecord }) {
  if (uki.signatures.length === 0) {
    return <p>Not signed: Secure Boot refuses it unless a key of the machine signs it later.</p>
  }
  return (
    <ul>
      {uki.signatures.map((signature, index) => (
        <li key={index}>
          Signed by <strong>{signature.signer ?? 'an unknown signer'}</strong>
          {signature.issuer !== null && `, issued by ${signature.issuer}`}:{' '}
          {signature.digestMatches === false
            ? 'the signature is of another file'
            : signature.signatureValid === true
              ? 'the signature is of this file; whether a machine trusts the signer is another question'
              : 'the signature could not be confirmed'}
        </li>
      ))}
    </ul>
  )
}

function Profiles({ uki }: { uki: UkiRecord }) {
  if (uki.profiles.length + uki.addons.length === 0) return null
  const rows = [
    ...uki.profiles.map(({ id, title, cmdline }, index) => ({
      key: `profile${index}`,
      cells: ['profile', title ?? id ?? `${index}`, cmdline ?? 'of the first profile'],
    })),
    ...uki.addons.map(({ path, cmdline }) => ({
      key: path,
      cells: ['add-on', path, cmdline ?? 'none'],
    })),
  ]
  return (
    <>
      <h3>Profiles and add-ons</h3>
      <Table label="Profiles and add-ons" head={['Kind', 'Name', 'Command line']} rows={rows} />
    </>
  )
}

function Sbat({ uki }: { uki: UkiRecord }) {
  if (uki.sbat === null || uki.sbat.length === 0) return null
  return (
    <details>
      <summary>SBAT, {uki.sbat.length} lines</summary>
      <pre>{uki.sbat.map((row) => row.join(',')).join('\n')}</pre>
    </details>
  )
}
