% A program for Octave or MATLAB, and the command of the client in C beside it:
% usage embed --lang c --project-file usage.project.json > usage_client.h
% cc -x c -DUSAGE_MAIN -o heatflow-usage usage_client.h
1;

function count_use (words)
  command = fullfile (pwd (), 'heatflow-usage');
  if (exist (command, 'file'))
    system ([command ' ' words]);
  end
end

count_use ('start 1.4.0');
code = 1;
try
  count_use ('feature Solver.explicit --type Algorithm --duration 0.2');
  printf ('computed\n');
  code = 3;
catch problem
  fprintf (stderr, '%s\n', problem.message);
end
count_use (sprintf ('end %d', code));
exit (code);
