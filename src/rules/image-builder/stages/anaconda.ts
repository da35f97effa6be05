import type { Arch } from '../disk/partition-types'
import { compareBytes, compact, type JsonObject } from '../../../base/go/json'
import { stage, type Stage } from './stage'

export interface AnacondaInput {
  arch: Arch
  product: string
  version: string
  kernelVersion: string
  /** Templates of RHEL instead of the generic ones. */
  rhelTemplates: boolean
  enabledModules: readonly string[]
  disabledModules: readonly string[]
}

/** Always on unless disabled (initAnacondaInstallerBaseFromSourceInfo in bootc_imagetype.go). */
export const ANACONDA_MODULES = [
  'Users',
  'Services',
  'Security',
  'Network',
  'Payloads',
  'Runtime',
  'Storage',
].map((name) => `org.fedoraproject.Anaconda.Modules.${name}`)

/** The installer's environment. Source: AnacondaInstaller.serialize, payloadStages. */
export function anacondaStages(input: AnacondaInput): Stage[] {
  const { arch, product, version } = input
  const templates = input.rhelTemplates ? '80-rhel' : '99-generic'
  return [
    stage('buildstamp', {
      options: { arch, product, version, final: true, variant: '', bugurl: '' },
    }),
    stage('locale', { options: { language: 'C.UTF-8' } }),
    stage('users', { options: { users: INSTALLER_USERS } }),
    stage('anaconda', { options: compact({ 'activatable-modules': modules(input) }) }),
    loraxStage(`${templates}/runtime-postinstall.tmpl`, arch),
    dracutStage(input),
    loraxStage(`${templates}/runtime-cleanup.tmpl`, arch),
    stage('selinux.config', { options: { state: 'permissive' } }),
  ]
}

const INSTALLER_USERS: JsonObject = {
  install: {
    uid: 0,
    gid: 0,
    home: '/var/roothome',
    shell: '/usr/libexec/anaconda/run-anaconda',
    password: '',
  },
  root: { password: '' },
}

function modules({ enabledModules, disabledModules }: AnacondaInput): string[] {
  const disabled = new Set(disabledModules)
  const enabled = new Set([...ANACONDA_MODULES, ...enabledModules])
  return [...enabled].filter((name) => !disabled.has(name)).sort(compareBytes)
}

function loraxStage(path: string, basearch: string): Stage {
  const product = { name: '', version: '' }
  const branding = { release: '', logos: '' }
  return stage('lorax-script', { options: { path, basearch, product, branding } })
}

function dracutStage({ arch, kernelVersion }: AnacondaInput): Stage {
  const biosdevname = arch === 'x86_64' ? ['biosdevname'] : []
  return stage('dracut', {
    options: {
      kernel: [kernelVersion],
      add_modules: [
        'pollcdrom',
        'qemu',
        'qemu-net',
        ...biosdevname,
        'fips',
        'anaconda',
        'prefixdevname-tools',
      ],
      install: ['./buildstamp'],
      extra: ['--xz', `lib/modules/${kernelVersion}/initramfs.img`, '--nomdadmconf', '--nolvmconf'],
    },
  })
}
