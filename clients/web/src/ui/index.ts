/** The components that every screen uses. Long lists are apart (`virtual-list.tsx`, `log-view.tsx`): not every screen has one. */
export { Badge, StatusBadge, type Look, type Tone } from "./badge.tsx";
export { Button, ButtonLink, IconButton } from "./button.tsx";
export { classes } from "./classes.ts";
export { useNow } from "./clock.ts";
export { ConfirmDialog, Dialog } from "./dialog.tsx";
export { ErrorNote } from "./error-note.tsx";
export { Checkbox, Field, SearchBox, Select, TextArea, TextField, type Option } from "./field.tsx";
export { Icon, type IconName } from "./icon.tsx";
export { JsonTree } from "./json-tree.tsx";
export * from "./looks.ts";
export { Markdown } from "./markdown.tsx";
export { Menu, type MenuItem } from "./menu.tsx";
export { EmptyState, Facts, Page, Panel, Spinner, type Crumb } from "./page.tsx";
export { SafeLink } from "./safe-link.tsx";
export { Tabs, type Tab } from "./tabs.tsx";
export { local, millis, span, utc } from "./time.ts";
export { toast, Toasts } from "./toast.tsx";
export { Elapsed, Time } from "./when.tsx";
