/**
 * The boot menu beside the kernel: upstream's template (image-builder
 * data/files/pxetree/ostree-grub.cfg, Apache-2.0). `@OSTREE@` is filled in by osbuild.
 */
const MENU = `set timeout=60
menuentry 'http-rootfs' {
    linux /vmlinuz root=live:http://HTTP-SERVER/rootfs.img rd.live.image @CMDLINE@ ostree=@OSTREE@
    initrd /initrd.img
}
menuentry 'combined-rootfs' {
    linux /vmlinuz root=live:/rootfs.img rd.live.image @CMDLINE@ ostree=@OSTREE@
    initrd /combined.img
}
`

export function pxeMenu(kernelArguments: readonly string[]): string {
  return MENU.replaceAll('@CMDLINE@', () => kernelArguments.join(' '))
}

/** The archive's README. This text is Sealscope's own; image-builder writes another one. */
export const PXE_README = `Network boot files of a bootc image
===================================

What is in this archive
-----------------------
vmlinuz      the kernel
initrd.img   the initial RAM disk of the image
rootfs.img   the whole system as a squashfs file system
EFI/         boot loader files, for firmware that boots over the network
grub.cfg     a menu with two entries; edit it before use

The system runs from memory: a machine needs room for all of kernel, initial RAM disk and rootfs.img,
and for what the programs on it use.

Entry "http-rootfs"
-------------------
Put vmlinuz, initrd.img, grub.cfg and the boot loader where your TFTP or HTTP boot server looks for
them, and rootfs.img on a web server. Write the address of that web server into grub.cfg in place of
HTTP-SERVER. To try it, "python3 -m http.server 8000" beside rootfs.img is enough.

Entry "combined-rootfs"
-----------------------
Needs no web server. Append rootfs.img to the initial RAM disk:

    echo rootfs.img | cpio --format=newc --create --dereference > rootfs.cpio
    cat initrd.img rootfs.cpio > combined.img

What the image must bring
-------------------------
The initial RAM disk needs the dracut modules ostree, dmsquash-live and livenet. Composefs must be off
in usr/lib/ostree/prepare-root.conf ("[composefs]", "enabled = no"), because it does not work on a
squashfs root. Menu and rootfs.img belong together: the "ostree=" argument in grub.cfg names a
directory inside this very rootfs.img.

If it does not boot
-------------------
No menu: grub.cfg must lie beside the GRUB binary that the firmware loaded.
The download repeats for ever: the address in grub.cfg is wrong, see the web server's log.
"Failed to start Switch Root": the dmsquash-live module is missing.
"Couldn't find specified OSTree root": grub.cfg comes from another archive than rootfs.img.
"Failed to mount composefs": composefs is still on.
`
