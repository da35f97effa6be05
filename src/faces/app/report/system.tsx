import { NEWEST_RELEASE } from '../../../answers/seal/releases'
import type { ImageFacts, Platform } from '../../../contract/facts'
import { reopen } from '../actions'
import { CodeBlock } from '../parts/code-block'
import { saveFile } from '../parts/save-file'

export function System({ facts }: { facts: ImageFacts }) {
  const rows: [string, string | null][] = [
    ['System', facts.os?.prettyName ?? facts.os?.name ?? null],
    ['Architecture', facts.arch],
    ['Kernel', facts.kernel?.version ?? null],
    ['Root file system', facts.installConfig?.filesystemRootType ?? null],
    ['Boot loader', facts.installConfig?.bootloader ?? null],
    ['SELinux policy', facts.selinuxPolicy],
    ['UEFI vendor', facts.uefiVendor],
    ['kargs.d', facts.errors.kargs ?? facts.kargs?.join(' ') ?? null],
    ['Install configuration', facts.errors.installConfig],
    ['Manifest', facts.image?.manifestDigest ?? null],
  ]
  return (
    <section id="system" aria-label="System">
      <h2>System</h2>
      <dl className="grid">
        {rows
          .filter(([name, value]) => value !== null || name !== 'Install configuration')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value || 'none'}</dd>
            </div>
          ))}
      </dl>
      <PlatformChoice facts={facts} />
      <h3>The same on the command line</h3>
      <CodeBlock label="In a terminal or a CI job" text={commandsFor(facts)} />
      <button
        type="button"
        onClick={() => saveFile('facts.json', `${JSON.stringify(facts, null, 2)}\n`)}
      >
        Save facts
      </button>
    </section>
  )
}

function PlatformChoice({ facts }: { facts: ImageFacts }) {
  const { image } = facts
  if (image === null || image.platforms.length < 2) return null
  const named = (platform: Platform) =>
    [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')
  const change = (name: string) => {
    const platform = image.platforms.find((each) => named(each) === name)
    if (platform !== undefined) reopen(platform)
  }
  return (
    <p>
      <label>
        Platform{' '}
        <select value={named(image.platform)} onChange={(event) => change(event.target.value)}>
          {image.platforms.map((platform) => (
            <option key={named(platform)}>{named(platform)}</option>
          ))}
        </select>
      </label>
    </p>
  )
}

function commandsFor({ source }: ImageFacts): string {
  const prefix = { registry: 'docker://', sample: 'sample:', oci: 'oci:' }[source.kind as string]
  const name = `${prefix ?? ''}${source.ref}`
  const quoted = /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
  return [
    `sealscope inspect ${quoted}`,
    `sealscope verify ${quoted} --bootc ${NEWEST_RELEASE}`,
    `sealscope plan ${quoted} --blueprint blueprint.toml --strict`,
  ].join('\n')
}
