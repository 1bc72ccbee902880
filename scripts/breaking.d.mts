export function breakingChanges(before: string, after: string): string[];
export function announcesBreaking(changelog: string): boolean;
