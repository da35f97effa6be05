/** Blueprints of the kind that people bring, to begin with. */
export interface Template {
  title: string
  text: string
}

const USER = `[[customizations.user]]
name = "core"
groups = ["wheel"]
key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample core@example"
`
const LOG = `[customizations.disk]
minsize = "20 GiB"

[[customizations.disk.partitions]]
mountpoint = "/var/log"
fs_type = "xfs"
minsize = "2 GiB"
`
const CONSOLE = `[customizations.kernel]
append = "console=ttyS0,115200"
`

export const TEMPLATES: readonly Template[] = [
  { title: 'A user with an SSH key', text: USER },
  { title: '20 GiB with its own /var/log', text: LOG },
  { title: 'A serial console', text: CONSOLE },
  {
    title: 'All of it',
    text: `name = "example"

[customizations]
hostname = "web01"

${CONSOLE}
${USER}
[[customizations.files]]
path = "/etc/motd"
data = "Welcome\\n"

${LOG}`,
  },
]
