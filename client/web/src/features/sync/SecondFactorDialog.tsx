import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Status } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { SecondFactorForm } from "./SecondFactorForm";

/** Asks for the second factor as soon as the server does; put off, the synchronisation panel asks. */
export function SecondFactorDialog({ status }: { readonly status: Status }) {
  const { t } = useTranslation();
  const [isPutOff, setPutOff] = useState(false);
  const putOff = () => {
    setPutOff(true);
  };
  if (!status.sync.wants_code || isPutOff) {
    return null;
  }
  return (
    <Dialog title={t("factor.title")} onClose={putOff}>
      <Alert type="info" showIcon message={status.sync.message} />
      <SecondFactorForm />
      <Button type="link" onClick={putOff}>
        {t("factor.later")}
      </Button>
    </Dialog>
  );
}
