import type { ImageType } from './image-types'

/**
 * The one warning for a blueprint: its first option that the type does not list as supported. The
 * list decides about nothing else. Source: ValidateConfig in pkg/distro/validator.go.
 */
export function blueprintWarnings(type: ImageType, setOptions: readonly string[]): string[] {
  const unsupported = setOptions.find((option) => !type.supportedOptions.includes(option))
  if (unsupported === undefined) return []
  return [
    `blueprint validation failed for image type "${type.name}": ${unsupported}: not supported`,
  ]
}
