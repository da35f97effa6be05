// Tries the two commands on a bare Debian 12 with git, CA certificates and this Node alone, so that what a developer's
// machine happens to have hides nothing: sudo npm run test:fresh [-- FOLDER]
// Needs root, network, and mmdebstrap or debootstrap; takes some fifteen minutes and 3 GB. FOLDER (default: a temporary
// one, removed at the end) holds the root file system. What is committed is tested.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const kept = process.argv[2]
const root = kept === undefined ? mkdtempSync(join(tmpdir(), 'sealscope-fresh-')) : resolve(kept)
const PACKAGES = 'git,ca-certificates'
const MOUNTS = ['proc', 'sys', 'dev']

if (process.getuid?.() !== 0) fail('root is needed to make a root file system')
try {
  makeRoot()
  mount()
  const start = await tryStart()
  const test = run('chroot', [root, '/bin/sh', '-c', 'cd /src && npm test'])
  console.log(`npm start: ${start}`)
  console.log(`npm test: ${test === 0 ? 'passed' : `exit ${test}`}`)
  process.exitCode = start === 'answers' && test === 0 ? 0 : 1
} finally {
  for (const name of [...MOUNTS].reverse()) spawnSync('umount', ['-l', join(root, name)])
  if (kept === undefined) rmSync(root, { recursive: true, force: true })
}

function makeRoot() {
  const tool = ['mmdebstrap', 'debootstrap'].find((name) => spawnSync('which', [name]).status === 0)
  if (tool === undefined) fail('neither mmdebstrap nor debootstrap is installed')
  if (!existsSync(join(root, 'usr/bin/git'))) {
    const status = run(tool, ['--variant=minbase', `--include=${PACKAGES}`, 'bookworm', root])
    if (status !== 0) fail(`${tool} ended with ${status}`)
  }
  // This Node with its npm, at the place where a tarball of nodejs.org is unpacked.
  const node = dirname(dirname(process.execPath))
  const npm = ['lib', 'share'].map((each) => join(node, each, 'node_modules/npm')).find(existsSync)
  if (npm === undefined) fail(`no npm beside ${process.execPath}`)
  mkdirSync(join(root, 'usr/local/lib/node_modules'), { recursive: true })
  cpSync(process.execPath, join(root, 'usr/local/bin/node'))
  const modules = join(root, 'usr/local/lib/node_modules')
  rmSync(join(modules, 'npm'), { recursive: true, force: true })
  if (run('cp', ['-a', npm, modules]) !== 0) fail('npm cannot be copied')
  for (const name of ['npm', 'npx']) {
    const link = [
      '-sf',
      `../lib/node_modules/npm/bin/${name}-cli.js`,
      join(root, 'usr/local/bin', name),
    ]
    if (run('ln', link) !== 0) fail(`${name} cannot be linked`)
  }
  // How this machine reaches its package registries, if in a way of its own.
  const files = [
    '/etc/resolv.conf',
    '/etc/apt/sources.list',
    '/etc/apt/sources.list.d',
    '/etc/apt/apt.conf.d',
    '/etc/ssl/certs/ca-certificates.crt',
  ]
  for (const file of files.filter((each) => existsSync(each))) {
    run('cp', ['-rL', '--remove-destination', file, dirname(join(root, file))])
  }
  const npmrc = join(homedir(), '.npmrc')
  if (existsSync(npmrc)) cpSync(npmrc, join(root, 'root/.npmrc'))
  rmSync(join(root, 'src'), { recursive: true, force: true })
  if (run('git', ['clone', '-q', process.cwd(), join(root, 'src')]) !== 0) fail('git clone failed')
}

function mount() {
  for (const name of MOUNTS) {
    mkdirSync(join(root, name), { recursive: true })
    if (run('mount', ['--rbind', `/${name}`, join(root, name)]) !== 0)
      fail(`/${name} cannot be mounted`)
  }
}

/** Starts the server, and asks it for its page. */
async function tryStart() {
  const child = spawn('chroot', [root, '/bin/sh', '-c', 'cd /src && npm start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  try {
    for (let waited = 0; waited < 600 && child.exitCode === null; waited++) {
      const [address] = /http:\/\/\S+/.exec(said) ?? []
      if (address !== undefined) {
        const answer = await fetch(address)
        return answer.ok && (await answer.text()).includes('<html')
          ? 'answers'
          : `status ${answer.status}`
      }
      await new Promise((done) => setTimeout(done, 1000))
    }
    return `no address was printed: ${said.slice(-500)}`
  } finally {
    process.kill(-child.pid, 'SIGTERM')
  }
}

function run(command, args) {
  return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`)
  process.exit(2)
}
