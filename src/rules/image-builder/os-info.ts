/** What image-builder reads from a container's root (pkg/bib/osinfo). Empty text: not found. */
export interface OsInfo {
  osRelease: OsRelease
  uefiVendor: string
  selinuxPolicy: string
  /** Null: no kernel found, as in most sealed images. */
  kernelVersion: string | null
  initrdModules: readonly string[]
  /** Text of disk.yaml and iso.yaml; null: there is none. */
  diskYaml: string | null
  isoYaml: string | null
  /** Where they were found, for error texts. */
  diskYamlPath: string
  isoYamlPath: string
}

export interface OsRelease {
  id: string
  versionId: string
  name: string
  platformId: string
  variantId: string
  idLike: readonly string[]
}
