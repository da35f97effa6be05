/** A blueprint of the kind that people bring, to begin with. */
export const EXAMPLE_BLUEPRINT = `name = "example"

[customizations]
hostname = "web01"

[customizations.kernel]
append = "console=ttyS0,115200"

[[customizations.user]]
name = "core"
groups = ["wheel"]
key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample core@example"

[[customizations.files]]
path = "/etc/motd"
data = "Welcome\\n"

[customizations.disk]
minsize = "20 GiB"

[[customizations.disk.partitions]]
mountpoint = "/var/log"
fs_type = "xfs"
minsize = "2 GiB"
`
