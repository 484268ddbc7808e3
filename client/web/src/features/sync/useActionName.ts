import { useTranslation } from "react-i18next";

/** What people call an action, by the name that its groups carry. */
export function useActionName(): (name: string) => string {
  const { t, i18n } = useTranslation();
  return (name) => (i18n.exists(`action.${name}`) ? t(`action.${name}`) : name);
}
