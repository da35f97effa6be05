import type { UkiRecord } from '../../contract/facts'
import { formatBytes } from '../format'

/** One UKI: command line, sections, what else it carries. */
export function UkiView({ uki }: { uki: UkiRecord }) {
  return (
    <section aria-label="Unified kernel image">
      <h2>Unified kernel image</h2>
      <p>
        <code>{uki.path}</code>, {formatBytes(uki.size)}
        {uki.stub !== null && `, ${uki.stub}`}
        {uki.uname !== null && `, kernel ${uki.uname}`}
      </p>
      {uki.error !== null && <p className="alert">{uki.error}</p>}
      <Signatures uki={uki} />
      <h3>Command line</h3>
      <pre>{uki.cmdline ?? 'none'}</pre>
      <h3>Sections</h3>
      <div className="scroll" tabIndex={0} role="group" aria-label={`Sections of ${uki.path}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Size</th>
              <th scope="col">Offset</th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {uki.sections.map((section, index) => (
              <tr key={`${index}${section.name}`}>
                <td>
                  <code>{section.name}</code>
                </td>
                <td>{formatBytes(section.virtualSize)}</td>
                <td>{section.rawOffset}</td>
                <td>
                  <code>{section.sha256?.slice(0, 16) ?? 'not in the file'}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Signatures({ uki }: { uki: UkiRecord }) {
  if (uki.signatures.length === 0) return <p>Not signed.</p>
  return (
    <ul>
      {uki.signatures.map((signature, index) => (
        <li key={index}>
          Signed by {signature.signer ?? 'an unknown signer'}:{' '}
          {signature.digestMatches === false
            ? 'the signature is of another file'
            : signature.signatureValid === true
              ? 'the signature fits'
              : 'the signature could not be confirmed'}
        </li>
      ))}
    </ul>
  )
}
