/** How the live connection stands, as a badge. */
export function HealthBadge() {
  return null;
}
