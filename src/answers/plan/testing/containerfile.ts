import type { TreeEntry } from '../../../rules/bootc/testing/trees'

/** What the steps of a Containerfile do to a tree, and the commands whose effect a tree does not show. */
export interface Built {
  entries: TreeEntry[]
  /** `dnf -y install vim` */
  commands: string[]
}

/** A small builder: the steps that advice writes, nothing else; throws for any other. */
export function buildContainerfile(text: string): Built {
  const built: Built = { entries: [], commands: [] }
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    let line = lines[at] ?? ''
    if (line === '' || line.startsWith('#') || /^(ARG|FROM) /.test(line)) continue
    while (line.endsWith('\\')) line = line.slice(0, -1) + (lines[++at] ?? '')
    const heredoc = /^COPY (.*?)<<"(\w+)" (\S+)$/.exec(line)
    if (heredoc !== null) {
      const [, , end = '', path = ''] = heredoc
      const content: string[] = []
      for (at++; lines[at] !== end; at++) {
        if (at >= lines.length) throw new Error(`the heredoc of ${path} has no end`)
        content.push(lines[at] ?? '')
      }
      put(built, path, `${content.join('\n')}\n`)
    } else if (line.startsWith('COPY --from=sealing ')) continue
    else if (line.startsWith('COPY ')) {
      const [, path = ''] = JSON.parse(line.slice(line.indexOf('['))) as string[]
      put(built, path, 'content')
    } else if (line.startsWith('RUN --mount')) continue
    else if (line.startsWith('RUN ')) runAll(built, line.slice(4))
    else throw new Error(`no instruction of a Containerfile: ${line}`)
  }
  return built
}

function put({ entries }: Built, path: string, content: string): void {
  if (!path.startsWith('/')) throw new Error(`not absolute: ${path}`)
  const plain = path.slice(1)
  const before = entries.findIndex((entry) => entry.path === plain)
  if (before >= 0) throw new Error(`${path} is written twice`)
  entries.push({ path: plain, type: 'file', content })
}

function runAll(built: Built, line: string): void {
  for (const part of line.split(' && ')) run(built, part.trim())
}

/** Words of a POSIX shell, single quotes only. */
function shellWords(text: string): string[] {
  return (text.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? []).map((word) =>
    word.replace(/'([^']*)'/g, '$1').replaceAll("\\'", "'"),
  )
}

function run(built: Built, command: string): void {
  const [program = '', ...words] = shellWords(command)
  const { entries } = built
  switch (program) {
    case 'printf': {
      const [, base64 = '', pipe, , , , path = ''] = words
      if (pipe !== '|') return void built.commands.push(command)
      return put(built, path, Buffer.from(base64, 'base64').toString())
    }
    case 'mkdir':
      return void entries.push({ path: (words[1] ?? '').slice(1), type: 'dir' })
    case 'install':
      if (words[0] !== '-d') throw new Error(command)
      return void entries.push({ path: (words.at(-1) ?? '').slice(1), type: 'dir' })
    case 'ln':
      return void entries.push({ path: (words[2] ?? '').slice(1), type: 'symlink', target: words[1] ?? '' }) // prettier-ignore
    case 'systemctl':
      return systemctl(built, words)
    case 'chmod':
    case 'chown':
      return
    case 'dnf':
    case 'rpm':
    case 'oscap-im':
    case 'update-ca-trust':
    case 'update-crypto-policies':
    case 'firewall-offline-cmd':
    case 'subscription-manager':
    case '.':
    case 'echo':
    case 'bootc':
      return void built.commands.push([program, ...words].join(' '))
    default:
      throw new Error(`nothing runs ${command}`)
  }
}

function systemctl(built: Built, [verb = '', ...units]: readonly string[]): void {
  for (const unit of units) {
    const name = unit.includes('.') ? unit : `${unit}.service`
    const folder = name.endsWith('.mount') ? 'local-fs.target.wants' : 'multi-user.target.wants'
    if (verb === 'enable') {
      built.entries.push({ path: `etc/systemd/system/${folder}/${name}`, type: 'symlink', target: `/usr/lib/systemd/system/${name}` }) // prettier-ignore
    } else if (verb === 'mask') {
      built.entries.push({
        path: `etc/systemd/system/${name}`,
        type: 'symlink',
        target: '/dev/null',
      })
    } else if (verb !== 'disable') throw new Error(`systemctl ${verb}`)
  }
}
