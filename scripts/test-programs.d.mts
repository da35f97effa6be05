export function findChromium(): string | null
export function requireProgram(name: string): string
