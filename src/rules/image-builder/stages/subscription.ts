import type { Subscription } from '../customizations'
import { refuse } from '../../../base/go/failure'
import type { JsonObject } from '../../../base/go/json'
import { parseUrl, type UrlParts } from '../../../base/go/url'
import { directoryStages, fileStages } from './files'
import { stage, type Stage } from './stage'

const SERVICE = 'osbuild-subscription-register.service'
const ENVIRONMENT = '/etc/osbuild-subscription-register.env'
const INSIGHTS_FOLDER = '/etc/systemd/system/insights-client-boot.service.d'
const MANAGER = '/usr/sbin/subscription-manager'

/** Makes the Insights client run at every boot (insightsClientDropin in pkg/manifest/subscription.go). */
const INSIGHTS_DROPIN = [
  '[Unit]',
  'Requisite=greenboot-healthcheck.service',
  'After=network-online.target greenboot-healthcheck.service osbuild-first-boot.service osbuild-subscription-register.service',
  'ConditionPathExists=',
  '[Service]',
  'ExecStartPre=',
  '[Install]',
  'WantedBy=multi-user.target',
  '',
].join('\n')

export interface SubscriptionStages {
  stages: Stage[]
  /** Contents for the inline source, in order. */
  contents: string[]
}

/** A service that registers the system at its first boot. Source: subscriptionService. */
export function subscriptionStages(subscription: Subscription): SubscriptionStages {
  const insights = subscription.rhc || subscription.insights
  const { organization, activationKey } = subscription
  const files = [
    { path: ENVIRONMENT, data: `ORG_ID=${organization}\nACTIVATION_KEY=${activationKey}` },
  ]
  if (insights) files.push({ path: `${INSIGHTS_FOLDER}/override.conf`, data: INSIGHTS_DROPIN })
  const folder = { path: INSIGHTS_FOLDER, mode: null, user: null, group: null, ensureParents: true }
  return {
    stages: [
      serviceStage(commandsFor(subscription)),
      ...directoryStages(insights ? [folder] : []),
      ...fileStages(files),
      stage('systemd', { options: { enabled_services: [SERVICE] } }),
    ],
    contents: files.map(({ data }) => data),
  }
}

function serviceStage(commands: string[]): Stage {
  const config: JsonObject = {
    Unit: {
      Description:
        'First-boot service for registering with Red Hat subscription manager and/or insights',
      ConditionPathExists: [ENVIRONMENT],
      Wants: ['network-online.target'],
      After: ['selinux-autorelabel.service', 'network-online.target'],
    },
    Service: { Type: 'oneshot', ExecStart: commands, EnvironmentFile: [ENVIRONMENT] },
    Install: { WantedBy: ['default.target'] },
  }
  return stage('systemd.unit.create', {
    options: { filename: SERVICE, 'unit-type': 'system', 'unit-path': 'etc', config },
  })
}

function commandsFor(subscription: Subscription): string[] {
  const { serverUrl, baseUrl, rhc, insights, templateUuid, templateName, contentSets } =
    subscription
  const commands: string[] = []
  if (serverUrl !== '') commands.push(`${MANAGER} config --server.hostname ${quote(serverUrl)}`)
  commands.push(...proxyCommands(subscription.proxy))
  const toTemplate =
    templateUuid === '' ? [] : [templateRequest(subscription), `${MANAGER} refresh`]
  if (rhc) {
    const named = templateUuid === '' && templateName !== ''
    const template = named ? ` --content-template=${quote(templateName)}` : ''
    commands.push(
      `/usr/bin/rhc connect --organization="\${ORG_ID}" --activation-key="\${ACTIVATION_KEY}"${template}`,
      ...toTemplate,
    )
  } else {
    commands.push(
      `${MANAGER} register --org="\${ORG_ID}" --activationkey="\${ACTIVATION_KEY}" --baseurl ${quote(baseUrl)}`,
    )
    if (insights) commands.push('/usr/bin/insights-client --register', ...toTemplate)
  }
  if (contentSets.length > 0) {
    commands.push(`${MANAGER} repos${contentSets.map((set) => ` --enable=${quote(set)}`).join('')}`)
  }
  commands.push(`/usr/bin/rm ${quote(ENVIRONMENT)}`)
  return commands
}

function templateRequest({ patchUrl, templateUuid, proxy }: Subscription): string {
  const url = `${patchUrl.replace(/\/$/, '')}/templates/${templateUuid}/subscribed-systems`
  const through = proxy === '' ? '' : ` --proxy ${quote(proxy)}`
  return `curl -v --retry 5 --cert /etc/pki/consumer/cert.pem --key /etc/pki/consumer/key.pem -X PATCH ${quote(url)}${through}`
}

function proxyCommands(proxy: string): string[] {
  if (proxy === '') return []
  const { scheme, host, port } = parseProxy(proxy)
  const commands = [
    `${MANAGER} config --server.proxy_scheme ${quote(scheme)}`,
    `${MANAGER} config --server.proxy_hostname ${quote(host)}`,
  ]
  if (port !== '') commands.push(`${MANAGER} config --server.proxy_port ${quote(port)}`)
  return commands
}

/** Without `://` the proxy is taken as http (parseProxyUrl). */
function parseProxy(proxy: string): UrlParts {
  const url = proxy.includes('://') ? proxy : `http://${proxy}`
  const parts = parseUrl(url)
  if (parts === null) throw refuse(`invalid proxy url: invalid proxy URI: ${url}`)
  return parts
}

/** Single quotes for the shell; inner ones leave, escape and enter again (pkg/shutil). */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`
}
