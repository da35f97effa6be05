import type { ImageFacts } from '../../contract/facts'
import { formatBytes } from '../format'
import { SealView } from './seal'
import { UkiView } from './uki'

/** Everything that is known of an image, verdict first. */
export function Report({ facts }: { facts: ImageFacts }) {
  return (
    <>
      <SealView facts={facts} />
      {facts.findings.length > 0 && <Findings facts={facts} />}
      {facts.ukis.map((uki) => (
        <UkiView key={uki.path} uki={uki} />
      ))}
      {facts.image !== null && <Layers image={facts.image} />}
      <System facts={facts} />
      <button type="button" onClick={() => saveFacts(facts)}>
        Save facts
      </button>
    </>
  )
}

function Findings({ facts }: { facts: ImageFacts }) {
  return (
    <section aria-label="Findings">
      <h2>Findings</h2>
      <ul>
        {facts.findings.map((finding) => (
          <li key={`${finding.id}${finding.message}`} className={finding.severity}>
            <strong>{finding.severity}</strong> {finding.message}
            {finding.fix !== null && <em> Fix: {finding.fix}.</em>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Layers({ image }: { image: NonNullable<ImageFacts['image']> }) {
  return (
    <section aria-label="Layers">
      <h2>Layers</h2>
      <div className="scroll" tabIndex={0} role="group" aria-label="Table of layers">
        <table>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">Made by</th>
              <th scope="col">Entries</th>
              <th scope="col">Size</th>
              <th scope="col">Unpacked</th>
              <th scope="col">Compression</th>
            </tr>
          </thead>
          <tbody>
            {image.layers.map((layer, index) => (
              <tr key={`${index}${layer.digest}`}>
                <td>{index}</td>
                <td>
                  <code>{layer.createdBy ?? layer.digest.slice(0, 19)}</code>
                </td>
                <td>{layer.entries ?? '?'}</td>
                <td>{formatBytes(layer.size)}</td>
                <td>
                  {layer.uncompressedSize === null ? '?' : formatBytes(layer.uncompressedSize)}
                </td>
                <td>{layer.compression}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function System({ facts }: { facts: ImageFacts }) {
  const rows: [string, string | null][] = [
    ['System', facts.os?.prettyName ?? facts.os?.name ?? null],
    ['Architecture', facts.arch],
    ['Root file system', facts.installConfig?.filesystemRootType ?? null],
    ['Boot loader', facts.installConfig?.bootloader ?? null],
    ['SELinux policy', facts.selinuxPolicy],
    ['UEFI vendor', facts.uefiVendor],
    ['kargs.d', facts.errors.kargs ?? facts.kargs?.join(' ') ?? null],
    ['Manifest', facts.image?.manifestDigest ?? null],
  ]
  return (
    <section aria-label="System">
      <h2>System</h2>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? 'not known'}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function saveFacts(facts: ImageFacts): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(facts, null, 2)}\n`]))
  const link = document.createElement('a')
  link.href = url
  link.download = 'facts.json'
  link.click()
  URL.revokeObjectURL(url)
}
